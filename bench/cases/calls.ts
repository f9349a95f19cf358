/**
 * How many of awaitlet's functions a round trip calls, on both threads together: nearly exact, whatever else the machine does.
 *
 * @module
 */

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { runsPlain } from "../built.ts";
import { atMost, type Case, type Comparison, type Contender } from "../figure.ts";
import { dropTable, theTable } from "../postgres/table.ts";

const run = promisify(execFile);

/** What counts of one kind of call, and the most that it may come to: what calls fewer is hot sooner. */
const KINDS = [
  { name: "awaitlet()", kind: "awaitlets", most: 90 },
  { name: "conn.execute()", kind: "points", most: 220 },
] as const;

function counted({ name, kind }: (typeof KINDS)[number]): Contender {
  return {
    name,
    async open() {
      const { url, name: table } = await theTable();
      const [command, ...rest] = runsPlain("../programs/calls.mjs");
      const { stdout } = await run(command, [...rest, kind, url, table], { timeout: 30_000 }).catch(
        (cause) => {
          throw new Error("this runtime does not count calls", { cause });
        },
      );
      return async () => Number(stdout);
    },
  };
}

function compared({ name, most }: (typeof KINDS)[number]): Comparison {
  return { ours: name, theirs: `${most}`, against: `${name}: at most ${most}`, reach: atMost(1) };
}

/** Of the built package. On Node only: the inspectors of the other runtimes do not count. */
export const calls: Case = {
  name: "calls",
  unit: "calls",
  effort: { rounds: 1, warmUp: 0 },
  contenders: KINDS.flatMap((kind) => [
    counted(kind),
    { name: `${kind.most}`, open: async () => async () => kind.most },
  ]),
  comparisons: KINDS.map(compared),
  close: dropTable,
};
