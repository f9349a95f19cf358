/**
 * Point queries of eight threads from their start.
 *
 * @module
 */

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { runsPlain } from "../built.ts";
import { atLeast, type Case, type Contender } from "../figure.ts";
import { dropTable, theTable } from "../postgres/table.ts";
import { together } from "../together.ts";

const run = promisify(execFile);

const FIGURES = ["first second", "later"] as const;
type Figures = Record<(typeof FIGURES)[number], number>;

/** In a new process: what a query takes, the time for all by the number of all, in microseconds. */
function contender(name: string, who: string, seconds: number): Contender[] {
  return together(name, FIGURES, async () => {
    const { url, name: table } = await theTable();
    const [command, ...rest] = runsPlain("../programs/points.mjs");
    const { stdout } = await run(command, [...rest, who, url, table, `${seconds}`], { timeout: 60_000 });
    return JSON.parse(stdout) as Figures;
  });
}

/** awaitlet/postgres beside a naive bridge over postgres.js, and postgres.js itself. */
export const pgCold = (quick: boolean): Case => {
  const seconds = quick ? 2 : 6;
  const ours = "awaitlet/postgres";
  const naive = "naive bridge";
  const native = "postgres.js";
  const against = (theirs: string, figure: keyof Figures, limit?: number) => ({
    ours: `${ours}, ${figure}`,
    theirs: `${theirs}, ${figure}`,
    against: `${figure}: ${theirs}`,
    ...(limit !== undefined && { reach: atLeast(limit) }),
  });
  return {
    name: "pg-cold",
    unit: "µs",
    effort: { rounds: quick ? 1 : 5, warmUp: 0 },
    contenders: [
      ...contender(ours, "awaitlet", seconds),
      ...contender(naive, "naive", seconds),
      ...contender(native, "native", seconds),
    ],
    comparisons: [
      against(naive, "first second", 0.8),
      against(native, "first second"),
      against(naive, "later", 1.1),
      against(native, "later", 0.7),
    ],
    close: dropTable,
  };
};
