import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, blockingModule } from "../mod.ts";
import { within } from "./support/within.ts";

const test = suite("modules");

const url = new URL("./fixtures/state.ts", import.meta.url);
const state = blockingModule<typeof import("./fixtures/state.ts")>(url);

test("a blocking module is loaded on blocking threads, and never on the loop", async () => {
  assert.is(await within(state.isLoadedHere()), true);
  assert.is(Reflect.has(globalThis, "awaitletTestStateLoaded"), false);
});

test("a blocking module may be named by the text of its URL", async () => {
  const same = blockingModule<typeof import("./fixtures/state.ts")>(url.href);
  assert.is(await within(same.default(1)), -1);
});

test("a blocking module is no promise, and its functions are the same each time", async () => {
  assert.is(await Promise.resolve(state), state);
  assert.is(Reflect.get(state, "then"), undefined);
  assert.is(state.countHere, state.countHere);
  assert.is(String(Object.prototype.toString.call(state)), "[object Object]");
});

test("its functions may be taken off it and passed on", async () => {
  const { default: negate } = state;
  assert.equal(await within(Promise.all([1, 2, 3].map((n) => negate(n)))), [-1, -2, -3]);
  assert.is(await within(asyncDef(negate, 4)), -4);
});

test("blocking code sees each recorded module alike, by whatever copy of its URL", async () => {
  assert.is(await within(state.countOnLoop("modules")), 1);
  assert.is(await within(state.countOnLoop("modules")), 2);
});

test.run();
