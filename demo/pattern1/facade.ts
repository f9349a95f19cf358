/**
 * Pattern 1: an async API, used from blocking functions.
 *
 * @module
 */

import { asyncDef, blockingModule } from "../../mod.ts";
import type { Database } from "../database.ts";

const logic = blockingModule<typeof import("./logic.ts")>(new URL("./logic.ts", import.meta.url));

export async function frontFacingAsyncFacade(database: Database): Promise<void> {
  const result = await asyncDef(logic.callAsyncDbCode, database);
  console.log(`Result: ${JSON.stringify(result)}`);
}
