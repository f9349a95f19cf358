// How many of awaitlet's functions a call of blocking code's takes, on this thread and on the loop's.
import { built } from "../programs/built.mjs";
import { countCalls } from "../served/counting.mjs";

const { asyncModule, awaitlet } = await built("mod.ts");
const { createEngine, sql } = await built("src/postgres/mod.ts");
const values = asyncModule(new URL("../served/values.mjs", import.meta.url));
const loop = asyncModule(new URL("../served/counting.mjs", import.meta.url));

const WARM_UP = 50;
const TIMES = 500;

/** The calls that `work` takes, on the average. */
function count(work) {
  for (let i = 0; i < WARM_UP; i++) work(i);
  awaitlet(loop.start());
  const stop = countCalls();
  for (let i = 0; i < TIMES; i++) work(i);
  const here = stop();
  return (here + awaitlet(loop.taken())) / TIMES;
}

export function awaitlets() {
  return count(() => awaitlet(values.row()));
}

export function points(url, table) {
  const conn = createEngine(url).connect();
  try {
    const name = sql.id(table);
    return count((i) => conn.execute(sql`select * from ${name} where id = ${(i % 1000) + 1}`).first());
  } finally {
    conn.close();
  }
}
