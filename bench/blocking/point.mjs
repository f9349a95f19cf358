// Point queries outside a transaction.
import { built } from "../programs/built.mjs";

const { createEngine, sql } = await built("src/postgres/mod.ts");

const engines = new Map();

function engineOf(url) {
  let engine = engines.get(url);
  if (engine === undefined) {
    engine = createEngine(url);
    engines.set(url, engine);
  }
  return engine;
}

/** One row, by its key. */
export function point(url, table, id) {
  return engineOf(url)
    .execute(sql`select * from ${sql.id(table)} where id = ${id}`)
    .first();
}

/** How many rows are read in so many milliseconds, one after the other. */
export function points(url, table, ms) {
  let count = 0;
  for (const end = performance.now() + ms; performance.now() < end; count++)
    point(url, table, (count % 1000) + 1);
  return count;
}
