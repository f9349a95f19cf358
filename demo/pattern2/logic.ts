/**
 * Code in traditional style, which knows of no event loop.
 *
 * @module
 */

import { createEngine } from "../../src/postgres/mod.ts";
import type { Database } from "../database.ts";
import { setupTables, workWithData } from "./db.ts";

export function callDbCode({ url, options }: Database): (string | null)[] {
  const engine = createEngine(url, options);
  try {
    setupTables(engine);
    return workWithData(engine);
  } finally {
    engine.dispose();
  }
}
