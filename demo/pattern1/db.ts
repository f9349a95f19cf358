/**
 * Code that is written for the event loop.
 *
 * @module
 */

import { blockingModule } from "../../mod.ts";
import { type AsyncEngine, createAsyncEngine } from "../../src/postgres/mod.ts";
import type { Database } from "../database.ts";
import { A } from "../model.ts";
import { asyncSessionmaker } from "../orm/async_session.ts";
import { select } from "../orm/select.ts";

const tables = blockingModule<typeof import("./tables.ts")>(new URL("./tables.ts", import.meta.url));

export async function setupTables(database: Database): Promise<void> {
  await engineOf(database).begin(async (conn) => {
    await conn.runSync(tables.dropAll);
    await conn.runSync(tables.createAll);
  });
}

export async function workWithData(database: Database): Promise<(string | null)[]> {
  const newSession = asyncSessionmaker(engineOf(database));
  const session = newSession();
  try {
    await session.begin(() => {
      session.addAll([A({ data: "a1" }), A({ data: "a2" }), A({ data: "a3" })]);
    });
    return (await session.scalars(select(A.data))).all();
  } finally {
    await session.close();
  }
}

export async function closeConnections(database: Database): Promise<void> {
  await engineOf(database).dispose();
}

/** Engines of the same database share their connections. */
function engineOf({ url, options }: Database): AsyncEngine {
  return createAsyncEngine(url, options);
}
