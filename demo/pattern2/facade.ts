/**
 * Pattern 2: a blocking API over an async driver. What waits for the loop is the engine's own lower half.
 *
 * @module
 */

import { asyncDef, blockingModule } from "../../mod.ts";
import type { Database } from "../database.ts";

const logic = blockingModule<typeof import("./logic.ts")>(new URL("./logic.ts", import.meta.url));

export async function frontFacingAsyncFacade(database: Database): Promise<void> {
  const result = await asyncDef(logic.callDbCode, database);
  console.log(`Result: ${JSON.stringify(result)}`);
}
