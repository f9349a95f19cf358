import { asyncModule, awaitlet } from "../../../mod.ts";
import { doesWithAwaitlet, withAwaitlet } from "../../support/steps.ts";
import { steps } from "./steps.ts";

const { knex } = asyncModule<typeof import("knex")>("knex");

export function drive(name: keyof typeof steps, url: string): unknown {
  return withAwaitlet(steps[name](knex, url, doesWithAwaitlet(awaitlet)), awaitlet);
}
