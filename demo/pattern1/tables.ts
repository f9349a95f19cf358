/**
 * What is written in traditional style alone, as much of SQLAlchemy is: the async code calls it by `conn.runSync()`.
 *
 * @module
 */

import type { Connection } from "../../src/postgres/mod.ts";
import { metadata } from "../model.ts";

export function dropAll(conn: Connection): void {
  metadata.dropAll(conn);
}

export function createAll(conn: Connection): void {
  metadata.createAll(conn);
}
