// Options that do not exist are refused, by every function that takes options.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, BlockingThreads, blockingModule, iterate, syncDef } from "../mod.ts";
import { checkOptions } from "../src/base/check_options.ts";

const test = suite("unknown options");

const url = new URL("./options.test.ts", import.meta.url);

/** The options of a program that the compiler does not check. */
const given = (name: string): object => ({ [name]: 1 });

const uses: [caller: string, name: string, nearest: string, use: (options: object) => unknown][] = [
  ["asyncDef.with()", "sginal", "signal", (options) => asyncDef.with(options)],
  ["syncDef.with()", "signals", "signal", (options) => syncDef.with(options)],
  ["blockingModule()", "load_timeout", "loadTimeout", (options) => blockingModule(url, options)],
  ["new BlockingThreads()", "maxx", "max", (options) => new BlockingThreads(options)],
  ["iterate()", "ahaed", "ahead", (options) => iterate([], options)],
];

for (const [caller, name, nearest, use] of uses) {
  test(`${caller} refuses ${name}, and says ${nearest}`, () => {
    assert.throws(
      () => use(given(name)),
      (error: unknown) =>
        error instanceof TypeError &&
        error.message.startsWith(
          `${caller}: there is no option "${name}"; write "${nearest}"? (its options are`,
        ),
    );
  });
}

const known = { signal: true, maxQueue: true } as const;

test("where none is near, all are named", () => {
  assert.throws(
    () => checkOptions<object>("f()", { threshold: 1 }, known),
    'f(): there is no option "threshold"; its options are signal, maxQueue',
  );
});

test("what an object inherits is no option", () => {
  assert.throws(() => checkOptions<object>("f()", { toString: 1 }, known), /no option "toString"/);
});

test("what is no object is refused", () => {
  assert.throws(
    () => checkOptions<object>("f()", null as never, known),
    "f(): its options are null; give an object, or nothing",
  );
  assert.throws(
    () => checkOptions<object>("f()", 5 as never, known),
    "f(): its options are a number; give an object",
  );
});

test("options that exist pass", () => {
  checkOptions<object>("f()", { signal: undefined, maxQueue: 1 }, known);
  checkOptions<object>("f()", {}, known);
});

test.run();
