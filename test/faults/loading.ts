/** A blocking module that ends its thread while it is loaded, in the way that FAULT names; or never is loaded. */

import process from "node:process";
import { type Act, die } from "./logic.ts";

die(process.env.FAULT as Act);
await new Promise((resolve) => setTimeout(resolve, 60_000));

export function never(): void {}
