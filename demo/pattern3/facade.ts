/**
 * Pattern 3: pattern 2's very same code, in a plain program, which waits for each line before the next.
 *
 * @module
 */

import { syncDef } from "../../mod.ts";
import type { Database } from "../database.ts";
import { callDbCode } from "../pattern2/logic.ts";

export function frontFacingPlainFacade(database: Database): void {
  const result = syncDef(callDbCode, database);
  console.log(`Result: ${JSON.stringify(result)}`);
}
