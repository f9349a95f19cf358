import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, BlockingThreads, blockingModule, type FromBlockingModule } from "../mod.ts";
import { rejection, within } from "./support/within.ts";

const test = suite("asyncDef");

const state = blockingModule<typeof import("./fixtures/state.ts")>(
  new URL("./fixtures/state.ts", import.meta.url),
);

test("it gives a promise of what the function returns", async () => {
  const promise = asyncDef(state.default, 5);
  assert.instance(promise, Promise);
  assert.is(await within(promise), -5);
});

test("to call the function is the same, short", async () => {
  assert.is(await within(state.default(6)), -6);
});

test("a function of no blocking module is refused, and it says what to do", () => {
  const closure = () => 1;
  const others = [
    closure,
    countHere,
    Math.max,
    {},
    undefined,
    null,
    "countHere",
    7,
    state,
  ] as unknown[] as ((() => unknown) & FromBlockingModule)[];
  for (const fn of others) {
    assert.throws(
      () => asyncDef(fn),
      (error: unknown) =>
        error instanceof TypeError &&
        /asyncDef: .* is no function of a blockingModule\(\)/.test(error.message),
    );
    assert.throws(() => asyncDef.with({})(fn), /is no function of a blockingModule\(\)/);
  }
});

test("the error for an imported function shows the line to write, and begins where asyncDef() was called", () => {
  const imported = countHere as unknown as (() => unknown) & FromBlockingModule;
  let error: Error | undefined;
  try {
    asyncDef(imported);
  } catch (thrown) {
    error = thrown as Error;
  }
  assert.match(error?.message ?? "", "asyncDef(logic.countHere)");
  assert.match(error?.message ?? "", 'new URL("./logic.ts", import.meta.url)');
  const frames = error?.stack?.split("\n").filter((line) => /^\s*at |@/.test(line)) ?? [];
  assert.match(frames[0] ?? "", "async_def.test.ts");
});

test("an export that is not there, or is no function, rejects with what there is", async () => {
  const loose = state as unknown as Record<string, (() => Promise<unknown>) & FromBlockingModule>;
  const missing = await rejection(asyncDef(loose.countHeer as (() => Promise<unknown>) & FromBlockingModule));
  assert.instance(missing, TypeError);
  assert.match(
    (missing as Error).message,
    /state\.ts: it has no export "countHeer"; its functions are .*countHere/,
  );
  const constant = await rejection(
    asyncDef(loose.notFunction as (() => Promise<unknown>) & FromBlockingModule),
  );
  assert.instance(constant, TypeError);
  assert.match((constant as Error).message, /its export "notFunction" is not a function/);
  for (const name of ["toString", "hasOwnProperty", "__proto__", "constructor"]) {
    assert.match(
      ((await rejection(asyncDef(loose[name] as (() => Promise<unknown>) & FromBlockingModule))) as Error)
        .message,
      /has no export/,
    );
  }
});

test("a blocking function that returns a Promise rejects, and it says how to write it", async () => {
  for (const fn of [state.isAsync, state.returnsPromise]) {
    const error = await rejection(asyncDef(fn));
    assert.instance(error, TypeError);
    assert.match((error as Error).message, /returned a Promise.*without async and await.*asyncModule\(\)/);
  }
  assert.type(await within(asyncDef(state.countHere)), "number");
});

test("module state is one copy a thread, kept from task to task", async () => {
  const one = new BlockingThreads({ max: 1 });
  const onOne = asyncDef.with({ threads: one });
  assert.is(await within(onOne(state.countHere)), 1);
  assert.is(await within(onOne(state.countHere)), 2);

  const two = new BlockingThreads({ max: 2 });
  const onTwo = asyncDef.with({ threads: two });
  const together = [onTwo(state.countTogether, "a"), onTwo(state.countTogether, "a")];
  assert.equal(await within(Promise.all(together)), [1, 1]);
  assert.is(await within(onOne(state.countHere)), 3);
});

test("state that is shared lives in async modules", async () => {
  const threads = new BlockingThreads({ max: 4 });
  const run = asyncDef.with({ threads });
  const counts = Array.from({ length: 4 }, () => run(state.countOnLoop, "shared by threads"));
  assert.equal((await within(Promise.all(counts))).sort(), [1, 2, 3, 4]);
});

function countHere(): number {
  return 0;
}

test.run();
