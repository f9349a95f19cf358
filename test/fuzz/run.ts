/**
 * Looks for faults by chance, on the runtime that runs it.
 *
 * `npm run fuzz [-- [--seed N] [--seconds S] [--cases N] [KIND…]]`: for a minute by default, of the kinds codec, bridge, live and
 * concurrency. It prints the seed that it begins with. A case that fails is printed with its own seed: `--seed N --cases 1 KIND` runs
 * that one again. It exits with 1 where one has failed.
 */

import process from "node:process";
import { parseArgs } from "node:util";
import { name as runtime } from "../support/this_runtime.ts";
import { endThreads } from "./bridge.ts";
import { fuzz, isKind, KINDS } from "./fuzz.ts";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    seconds: { type: "string", default: "60" },
    cases: { type: "string", default: "Infinity" },
  },
});
const seed = Number(options.seed);
const unknown = positionals.filter((kind) => !isKind(kind));
if (!Number.isInteger(seed) || unknown.length > 0) {
  console.log(`Running the fuzz: --seed is an integer, and the kinds are ${Object.keys(KINDS).join(", ")}`);
  process.exit(1);
}
console.log(`fuzz on ${runtime}: --seed ${seed}`);
const { counts, failures } = await fuzz({
  seed,
  seconds: Number(options.seconds),
  cases: Number(options.cases),
  kinds: positionals.filter(isKind),
});
for (const failure of failures) console.log(`FAIL ${failure}`);
const shown = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`);
console.log(`${shown.join(", ")}: ${failures.length} failed`);
endThreads();
process.exit(failures.length > 0 ? 1 : 0);
