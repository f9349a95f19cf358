import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, blockingModule } from "../mod.ts";
import { describe, fail, thrown } from "./fixtures/errors.ts";
import { rejection, within } from "./support/within.ts";

const test = suite("errors across the bridge");

const blocking = blockingModule<typeof import("./fixtures/failing.ts")>(
  new URL("./fixtures/failing.ts", import.meta.url),
);

for (const [name, original] of Object.entries(thrown())) {
  const expected = describe(original);

  test(`${name}: blocking code catches what async code throws`, async () => {
    assert.equal(await within(blocking.caught(name)), [expected, expected, expected]);
    assert.is(await within(blocking.isThrown(name)), true);
  });

  test(`${name}: the task rejects with what blocking code throws, or lets through`, async () => {
    for (const throwing of [blocking.fail, blocking.failsAsync]) {
      const error = await rejection(throwing(name));
      assert.equal(describe(error), expected);
      assert.ok(original instanceof Error || Object.is(error, original) || typeof original === "object");
    }
  });

  test(`${name}: as a value it is thrown by no one`, async () => {
    const [there, here] = (await within(blocking.asValue(name))) as [unknown, { error: unknown }];
    assert.equal(there, expected);
    assert.equal(describe(here.error), expected);
  });
}

test("a DOMException keeps its code and is one of this side", async () => {
  const error = (await rejection(blocking.failsAsync("DOMException"))) as DOMException;
  assert.instance(error, DOMException);
  assert.is(error.code, DOMException.ABORT_ERR);
});

/** The line of a file, counted from 1, that holds `text`. */
function lineOf(path: string, text: string): number {
  const lines = readFileSync(new URL(path, import.meta.url), "utf8").split("\n");
  const at = lines.findIndex((line) => line.includes(text));
  assert.ok(at >= 0, text);
  return at + 1;
}

const places = {
  async: ["errors.ts", lineOf("./fixtures/errors.ts", "// the async line")],
  blocking: ["failing.ts", lineOf("./fixtures/failing.ts", "// the blocking line")],
  itself: ["failing.ts", lineOf("./fixtures/failing.ts", "// its own line")],
  caught: ["failing.ts", lineOf("./fixtures/failing.ts", "// the caught line")],
} as const;

/** Asserts that a stack shows these places, in this order. */
function assertShows(stack: string, ...shown: (readonly [file: string, line: number])[]): void {
  let from = 0;
  for (const [file, line] of shown) {
    const at = stack.indexOf(`/${file}:${line}:`, from);
    assert.ok(at >= 0, `${file}:${line} is not in its place in\n${stack}`);
    from = at + 1;
  }
}

test("the stack of what async code throws shows its line, the blocking line and the caller's", async () => {
  const error = (await rejection(asyncDef(blocking.throwsThroughBoth))) as Error; // the caller's line
  const caller = [
    "errors_across.test.ts",
    lineOf("./errors_across.test.ts", "// the caller's line"),
  ] as const;
  assertShows(error.stack ?? "", places.async, places.blocking, caller);
  assert.match(error.stack ?? "", /RangeError: of the async side/);
  assert.is(error.stack?.split("RangeError: of the async side").length, 2);
});

test("the stack of what blocking code throws shows its line and the caller's", async () => {
  const error = (await rejection(blocking.throwsItself())) as Error; // the short call
  const caller = ["errors_across.test.ts", lineOf("./errors_across.test.ts", "// the short call")] as const;
  assertShows(error.stack ?? "", places.itself, caller);
});

test("the stack of what blocking code catches shows both sides already", async () => {
  assertShows(await within(blocking.stackCaughtHere()), places.async, places.caught);
});

test("no stack shows the machinery in between", async () => {
  for (const run of [blocking.throwsThroughBoth, blocking.throwsItself]) {
    const error = (await rejection(run())) as Error;
    assert.not.match(error.stack ?? "", /\/src\/(bridge|threads|wire|runtime)\//);
  }
});

test("a message of many lines stays whole, in message and stack", async () => {
  const error = (await rejection(blocking.throwsManyLines())) as Error;
  assert.is(error.message, "first line\n    at second (line)\nthird line");
  assert.match(error.stack ?? "", /third line/);
});

test("an error that this side made itself is left as it was", async () => {
  const error = (await rejection(fail("TypeError"))) as Error;
  assert.not.match(error.stack ?? "", /---/);
});

test.run();
