import { fileURLToPath } from "node:url";
import { asyncDef, type BlockingModule, blockingModule } from "../../mod.ts";
import { atLeast, type Case, type Contender } from "../figure.ts";
import { native, timeNative } from "../postgres/native.ts";
import { dropTable, theTable } from "../postgres/table.ts";
import { time } from "../timing.ts";

/** What blocking code measures of its Postgres. */
export const queries: BlockingModule<typeof import("../blocking/queries.ts")> = blockingModule(
  new URL("../blocking/queries.ts", import.meta.url),
);

/** Blocking code that asks through awaitlet/postgres, and measures itself. */
function ours(what: "point" | "rows"): Contender {
  return {
    name: "awaitlet/postgres",
    async open() {
      const table = await theTable();
      return (ms) => asyncDef(queries.timeQuery, table, what, ms);
    },
  };
}

function theirs(what: "point" | "rows"): Contender {
  return { name: "postgres.js", open: () => timeNative(what) };
}

const base = { unit: "µs", close: dropTable } as const;

export const point: Case = {
  ...base,
  name: "pg-point",
  contenders: [ours("point"), theirs("point")],
  comparisons: [{ ours: "awaitlet/postgres", theirs: "postgres.js", reach: atLeast(0.9) }],
};

export const rows: Case = {
  ...base,
  name: "pg-rows",
  contenders: [ours("rows"), theirs("rows")],
  comparisons: [{ ours: "awaitlet/postgres", theirs: "postgres.js", reach: atLeast(0.9) }],
};

const LANES = 8;

/** Runs `work`, which counts, so many times at once; gives what one of all took, in microseconds. */
async function atOnce(work: () => Promise<number>): Promise<number> {
  const from = performance.now();
  const counts = await Promise.all(Array.from({ length: LANES }, work));
  return ((performance.now() - from) * 1000) / counts.reduce((sum, count) => sum + count);
}

/** Eight at once: the time for all, by the number of all. */
export const point8: Case = {
  ...base,
  name: "pg-point-8",
  contenders: [
    {
      name: "awaitlet/postgres",
      async open() {
        const table = await theTable();
        return (ms) => atOnce(() => asyncDef(queries.countPoints, table, ms));
      },
    },
    {
      name: "postgres.js",
      async open() {
        const sql = await native(LANES);
        return (ms) =>
          atOnce(async () => {
            let count = 0;
            for (const end = performance.now() + ms; performance.now() < end; count++) await sql.point();
            return count;
          });
      },
    },
  ],
  comparisons: [{ ours: "awaitlet/postgres", theirs: "postgres.js", reach: atLeast(0.8) }],
};

/** So many rows from a cursor, 1,000 at a time. */
export const stream = (quick: boolean): Case => {
  const count = quick ? 50_000 : 1_000_000;
  const took = async (work: () => Promise<number>): Promise<number> => {
    const from = performance.now();
    const sum = await work();
    if (sum !== (count * (count + 1)) / 2)
      throw new Error(`read ${count} rows: the sum of their ids is ${sum}`);
    return performance.now() - from;
  };
  return {
    ...base,
    name: "pg-stream",
    unit: "ms",
    effort: { rounds: quick ? 3 : 7 },
    contenders: [
      {
        name: "awaitlet/postgres",
        async open() {
          const table = await theTable();
          return () => took(() => asyncDef(queries.streamSum, table, count));
        },
      },
      {
        name: "postgres.js",
        async open() {
          const sql = await native(1);
          return () => took(() => sql.streamSum(count));
        },
      },
    ],
    comparisons: [{ ours: "awaitlet/postgres", theirs: "postgres.js", reach: atLeast(0.9) }],
  };
};

/** The same query through synckit over postgres.js. */
export const peers: Case = {
  ...base,
  name: "pg-peers",
  contenders: [
    ours("point"),
    {
      name: "synckit over postgres.js",
      async open() {
        const table = await theTable();
        const { createSyncFn } = await import("synckit");
        const worker = fileURLToPath(new URL("../peers/synckit_postgres.mjs", import.meta.url));
        const ask = createSyncFn(worker) as (url: string, table: string, id: number) => unknown;
        let id = 0;
        return (ms) =>
          time(() => {
            id = (id % 1000) + 1;
            return ask(table.url, table.name, id);
          }, ms);
      },
    },
  ],
  comparisons: [{ ours: "awaitlet/postgres", theirs: "synckit over postgres.js", reach: atLeast(1.5) }],
};
