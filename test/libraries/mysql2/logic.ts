import { asyncModule, awaitlet } from "../../../mod.ts";
import { withAwaitlet } from "../../support/steps.ts";
import { steps } from "./steps.ts";

const mysql = asyncModule<typeof import("mysql2/promise")>("mysql2/promise");

export function drive(name: keyof typeof steps, url: string): unknown {
  return withAwaitlet(steps[name](mysql, url), awaitlet);
}
