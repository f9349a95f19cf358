import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncModule, blockingModule } from "../mod.ts";
import { withPool } from "./support/pool.ts";
import { rejection, within } from "./support/within.ts";

type Double = (n: number) => number;
interface Later {
  grow(): void;
  replace(): void;
  triple: Double;
  times: Double;
  factor: number;
}

const file = (name: string) => new URL(`./exports/${name}`, import.meta.url);
const logic = blockingModule<typeof import("./exports/logic.ts") & { assigned: Double }>(file("logic.ts"));

const test = suite("exports that are assigned later");

test("of an async module are seen by blocking code, and on the loop", async () => {
  assert.equal(await within(logic.run()), [undefined, 0, "hello ann", 1]);
  const back = asyncModule<typeof import("./exports/later.ts")>(file("later.ts"));
  assert.is(await within(back.client?.greet("ben") as PromiseLike<string>), "hello ben");
  assert.is(await (back.calls as unknown as PromiseLike<number>), 1);
});

test("of a blocking module are seen by the next call", async () => {
  await withPool({ max: 1 }, async ({ on }) => {
    assert.match(((await rejection(on(logic.assigned, 2))) as Error).message, /assigned.* is not a function/);
    await within(on(logic.assign));
    assert.is(await within(on(logic.assigned, 2)), 4);
  });
});

test("of a CommonJS module are those of module.exports at the call", async () => {
  await withPool({ max: 1 }, async ({ on }) => {
    const blocking = blockingModule<Later>(file("later.cjs"));
    assert.instance(await rejection(on(blocking.triple, 2)), TypeError);
    await within(on(blocking.grow));
    assert.is(await within(on(blocking.triple, 2)), 6);
    await within(on(blocking.replace));
    assert.is(await within(on(blocking.times, 2)), 20);
    assert.instance(await rejection(on(blocking.triple, 2)), TypeError);
  });
  const back = asyncModule<Later>(file("later.cjs"));
  assert.is(await back.factor, 2);
  await back.grow();
  assert.equal([await back.factor, await back.triple(2)], [3, 6]);
  await back.replace();
  assert.equal([await back.times(2), await back.factor], [20, undefined]);
});

test("of a CommonJS module that exports an instance are called on it", async () => {
  const counter = asyncModule<{ next(): Promise<number>; step: number }>(file("instance.cjs"));
  assert.is(await counter.next(), 1);
  assert.is(await counter.next(), 2);
  assert.is(await counter.step, 1);
});

test.run();
