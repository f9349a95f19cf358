/** Some cases of each kind of `npm run fuzz`, always the same ones. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { endThreads } from "./fuzz/bridge.ts";
import { fuzz, type Kind } from "./fuzz/fuzz.ts";

const test = suite("fuzz");

/** How many of each. `npm run fuzz` runs others, and as many as its time allows. */
const CASES: Readonly<Record<Kind, number>> = { codec: 10_000, bridge: 300, live: 60, concurrency: 15 };

for (const [kind, cases] of Object.entries(CASES)) {
  test(`${cases} cases of the kind ${kind}`, async () => {
    const { counts, failures } = await fuzz({
      seed: 1,
      seconds: Number.POSITIVE_INFINITY,
      cases,
      kinds: [kind as Kind],
    });
    assert.equal(failures, []);
    assert.equal(counts, { [kind]: cases });
  });
}

test("the same seed makes the same case, another one another", async () => {
  const { GraphMaker } = await import("./fuzz/graphs.ts");
  const { Chance } = await import("./fuzz/random.ts");
  const { differenceOf } = await import("./fuzz/compare.ts");
  const graph = (seed: number) => new GraphMaker(new Chance(seed)).make();
  let [same, differ] = [0, 0];
  for (let seed = 1; seed < 200; seed++) {
    const { expected, mayFail } = graph(seed);
    // What may be refused holds symbols of its own.
    if (mayFail) continue;
    assert.is(differenceOf(expected, graph(seed).expected), "");
    same++;
    if (differenceOf(expected, graph(seed + 1).expected) !== "") differ++;
  }
  assert.ok(same > 20 && differ > same / 2, `${same} were the same, ${differ} differ`);
});

test.after(endThreads);

test.run();
