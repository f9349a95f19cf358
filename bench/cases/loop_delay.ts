import { asyncDef } from "../../mod.ts";
import { atMost, type Case } from "../figure.ts";
import { quantile } from "../measure.ts";
import { native } from "../postgres/native.ts";
import { dropTable, theTable } from "../postgres/table.ts";
import { queries } from "./postgres.ts";

const LANES = 8;

/** By how much the event loop is late, in 99 of 100 cases, while `work` goes on: a timer of 1 ms, in milliseconds. */
async function delayDuring(work: Promise<unknown>): Promise<number> {
  const delays: number[] = [];
  let due = performance.now() + 1;
  let timer = setTimeout(function tick() {
    const now = performance.now();
    delays.push(Math.max(0, now - due));
    due = now + 1;
    timer = setTimeout(tick, 1);
  }, 1);
  await work;
  clearTimeout(timer);
  return quantile(delays, 0.99);
}

/** 8 at once ask for 1,000 rows, again and again. */
export const loopDelay = (quick: boolean): Case => {
  const times = quick ? 10 : 40;
  const atOnce = (work: () => Promise<unknown>) => Promise.all(Array.from({ length: LANES }, work));
  return {
    name: "loop-delay",
    unit: "ms",
    effort: { rounds: quick ? 3 : 9 },
    contenders: [
      {
        name: "awaitlet/postgres",
        async open() {
          const table = await theTable();
          return () => delayDuring(atOnce(() => asyncDef(queries.repeatRows, table, times)));
        },
      },
      {
        name: "postgres.js",
        async open() {
          const sql = await native(LANES);
          return () =>
            delayDuring(
              atOnce(async () => {
                for (let i = 0; i < times; i++) await sql.rows();
              }),
            );
        },
      },
    ],
    comparisons: [{ ours: "awaitlet/postgres", theirs: "postgres.js", reach: atMost(0.7) }],
    close: dropTable,
  };
};
