/**
 * What has to be measured in a process of its own: each round starts one for each contender.
 *
 * @module
 */

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { runsFile } from "../../test/support/this_runtime.ts";
import { runsPlain } from "../built.ts";
import { atMost, type Case, type Contender } from "../figure.ts";

const run = promisify(execFile);

/** A program that prints one number. */
function program(name: string, file: string, ...args: string[]): Contender {
  return {
    name,
    async open() {
      const [command, ...rest] = runsFile(fileURLToPath(new URL(`../programs/${file}`, import.meta.url)));
      return async () => Number((await run(command, [...rest, ...args], { timeout: 30_000 })).stdout);
    },
  };
}

/** The first task of a process. */
export const start = (quick: boolean): Case => ({
  name: "start",
  unit: "ms",
  effort: { rounds: quick ? 2 : 15, warmUp: 0 },
  contenders: [program("awaitlet", "start_awaitlet.ts"), program("bare worker", "start_bare.ts")],
  comparisons: [{ ours: "awaitlet", theirs: "bare worker", reach: atMost(1.2) }],
});

/** A whole process, timed from outside. */
function whole(name: string, file: string, ...args: string[]): Contender {
  return {
    name,
    async open() {
      const [command, ...rest] = runsPlain(`../programs/${file}`);
      return async () => {
        const from = performance.now();
        await run(command, [...rest, ...args], { timeout: 30_000 });
        return performance.now() - from;
      };
    },
  };
}

/** Whole processes that make synchronous calls, by the built package. */
export const processes = (quick: boolean): Case => {
  const counts = quick ? [100] : [1, 100, 1000, 10_000];
  const targets = new Map([
    [1, 1.25],
    [100, 1.25],
    [1000, 1.15],
    [10_000, 1],
  ]);
  return {
    name: "processes",
    unit: "ms",
    effort: { rounds: quick ? 2 : 9, warmUp: 0 },
    contenders: counts.flatMap((count) => [
      whole(`awaitlet, ${count}`, "sync_awaitlet.mjs", `${count}`),
      whole(`synckit, ${count}`, "sync_peer.mjs", "synckit", `${count}`),
      whole(`make-synchronized, ${count}`, "sync_peer.mjs", "make-synchronized", `${count}`),
    ]),
    comparisons: counts.flatMap((count) =>
      ["synckit", "make-synchronized"].map((peer) => ({
        ours: `awaitlet, ${count}`,
        theirs: `${peer}, ${count}`,
        against: `${peer}, ${count} calls`,
        reach: atMost(targets.get(count) as number),
      })),
    ),
  };
};

/** What a parked thread takes. */
export const memory = (quick: boolean): Case => {
  const count = quick ? "4" : "16";
  return {
    name: "memory",
    unit: "MiB",
    effort: { rounds: quick ? 1 : 9, warmUp: 0 },
    contenders: [
      program("awaitlet", "memory_awaitlet.ts", count),
      program("bare worker", "memory_bare.ts", count),
    ],
    comparisons: [{ ours: "awaitlet", theirs: "bare worker", reach: atMost(1.2) }],
  };
};
