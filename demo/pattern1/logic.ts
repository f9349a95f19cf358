/**
 * Blocking code that calls functions written for the event loop.
 *
 * @module
 */

import { asyncModule, awaitlet } from "../../mod.ts";
import type { Database } from "../database.ts";

const db = asyncModule<typeof import("./db.ts")>(new URL("./db.ts", import.meta.url));

export function callAsyncDbCode(database: Database): (string | null)[] {
  try {
    awaitlet(db.setupTables(database));
    return awaitlet(db.workWithData(database));
  } finally {
    awaitlet(db.closeConnections(database));
  }
}
