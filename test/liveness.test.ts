import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runChild } from "./support/child.ts";
import { root, runsFile } from "./support/this_runtime.ts";

const test = suite("how long a process lives");

/** Far more than the moment that it may take, and far less than the 10 s after which idle threads are ended. */
const AT_ONCE = 4_000;

/** Runs the program; asserts that it printed these values, exited by itself, and at once after the last. */
async function assertLives(name: string, values: readonly unknown[], code = 0): Promise<void> {
  const [program, ...args] = runsFile("test/fixtures/living_program.ts");
  const child = await runChild([program, ...args, name], { cwd: root, seconds: 60 });
  const ended = Date.now();
  const lines = child.stdout.trim().split("\n");
  const printed = lines.map((line) => JSON.parse(line) as { value: unknown; at: number });
  const sorted = printed.map(({ value }) => value).sort();
  assert.equal(sorted, values, child.output);
  assert.is(child.timedOut, false);
  assert.is(child.code, code);
  const last = Math.max(...printed.map(({ at }) => at));
  assert.ok(ended - last < AT_ONCE, `it exited ${ended - last} ms after its last task`);
}

const exits: Record<string, unknown[]> = {
  "a task": [1],
  "tasks one after the other": [2],
  "tasks at once": [0, 1, 2, 3, 4],
  "a task that fails": ["RangeError"],
  "a task whose thread dies": ["ThreadDied"],
  "a task that leaves a timer behind": ["left"],
  "a pool of its own": [0, 1, 2, 3, 4],
  "no task": ["function"],
};

for (const [name, values] of Object.entries(exits)) {
  test(`it exits by itself, at once, and nothing needs closing: ${name}`, () => assertLives(name, values));
}

const stays: Record<string, unknown[]> = {
  "a parked task": ["parked"],
  "a computing task": ["computed"],
  "tasks in a queue": ["parked", "parked", "parked", "parked"],
  "tasks in a queue behind one whose thread dies": ["ThreadDied", "parked", "parked", "parked"],
};

for (const [name, values] of Object.entries(stays)) {
  test(`it stays until all is settled, and no longer: ${name}`, () => assertLives(name, values));
}

test("process.exit() ends it, whatever its threads wait for", () =>
  assertLives("process.exit() beside a parked task", [7], 7));

test.run();
