import { suite } from "uvu";
import * as assert from "uvu/assert";
import { registerError } from "../../src/wire/codec.ts";
import { encode, roundTrip } from "./round_trip.ts";

const test = suite("errors");

type Fields = Record<string, unknown>;

/** Asserts that a copy is a real error, of that class, with the same texts. */
function crosses<T extends Error>(error: T, Class: ErrorConstructor | (new (...args: never[]) => Error)): T {
  const copy = roundTrip(error);
  assert.is(Object.getPrototypeOf(copy), Class.prototype, error.name);
  assert.instance(copy, Class);
  assert.instance(copy, Error);
  const isError = Reflect.get(Error, "isError") as ((value: unknown) => boolean) | undefined;
  if (isError?.(error)) assert.ok(isError(copy));
  for (const key of ["name", "message", "stack"] as const) {
    assert.is(copy[key], error[key], key);
    assert.not(Object.keys(copy).includes(key), `${key} is hidden`);
  }
  assert.is(String(copy), String(error));
  return copy;
}

test("the built-in classes", () => {
  for (const Class of [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]) {
    crosses(new Class("a message\ud800"), Class);
    crosses(new Class(), Class);
    assert.not(Object.hasOwn(roundTrip(new Class()), "message"));
    assert.equal(Object.keys(roundTrip(new Class("x"))), []);
  }
});

test("AggregateError", () => {
  const copy = crosses(
    new AggregateError([new TypeError("a"), 1, new AggregateError([], "b")], "all"),
    AggregateError,
  );
  assert.instance(copy.errors[0], TypeError);
  assert.is(copy.errors[1], 1);
  assert.is(copy.errors[2].message, "b");
  assert.not(Object.keys(copy).includes("errors"));
  const mixed = roundTrip(
    new AggregateError([new RangeError("kept"), () => {}, "kept too", new Response(), Symbol()]),
  );
  assert.is(mixed.errors.length, 5);
  assert.instance(mixed.errors[0], RangeError);
  assert.equal(mixed.errors.slice(1), [undefined, "kept too", undefined, undefined]);
});

test("SuppressedError", () => {
  type SuppressedClass = new (error: unknown, suppressed: unknown, message: string) => Error & Fields;
  const Suppressed = Reflect.get(globalThis, "SuppressedError") as unknown as SuppressedClass | undefined;
  if (Suppressed === undefined) {
    // What a compiler puts in its place.
    const stand = Object.assign(new Error("m"), {
      name: "SuppressedError",
      error: 1,
      suppressed: new TypeError("s"),
    });
    const copy = roundTrip(stand);
    assert.is(copy.name, "SuppressedError");
    assert.instance(copy.suppressed, TypeError);
    return;
  }
  const copy = crosses(new Suppressed(new TypeError("late"), undefined, "both"), Suppressed) as Error &
    Fields;
  assert.instance(copy.error, TypeError);
  assert.ok(Object.hasOwn(copy, "suppressed"));
  assert.equal(Object.keys(copy), []);
});

test("DOMException", () => {
  for (const name of ["AbortError", "DataCloneError", "MyOwn", ""]) {
    const error = new DOMException("stop", name);
    const copy = roundTrip(error);
    assert.instance(copy, DOMException);
    assert.instance(copy, Error);
    for (const key of ["name", "message", "code"] as const) assert.is(copy[key], error[key], key);
    // Bun gives a DOMException no stack.
    assert.is(copy.stack, error.stack ?? `${error.name}: stop`);
    assert.equal(Object.keys(copy), Object.keys(error));
  }
  const controller = new AbortController();
  controller.abort();
  assert.is(roundTrip(controller.signal.reason).name, "AbortError");
  assert.is(roundTrip(Object.assign(new DOMException("x", "AbortError"), { cause: 1 })).cause, 1);
});

test("subclasses: the nearest built-in class, and the right name", () => {
  class Http extends RangeError {
    status = 404;
    override name = "HttpError";
    get secret(): string {
      return "lost";
    }
  }
  class NotFound extends Http {}
  const copy = roundTrip(new NotFound("gone"));
  assert.is(Object.getPrototypeOf(copy), RangeError.prototype);
  assert.is(copy.name, "HttpError");
  assert.equal(Object.keys(copy).sort(), ["name", "status"]);
  assert.is(copy.status, 404);
  class ByPrototype extends Error {}
  Object.defineProperty(ByPrototype.prototype, "name", { value: "FromPrototype" });
  crosses(new ByPrototype("x"), Error);
  class ByGetter extends TypeError {
    override get name(): string {
      return "FromGetter";
    }
    override get message(): string {
      return "made up";
    }
  }
  crosses(new ByGetter(), TypeError);
  class Timeout extends DOMException {}
  assert.is(Object.getPrototypeOf(roundTrip(new Timeout("x", "TimeoutError"))), DOMException.prototype);
});

test("registered classes keep their class, and run no constructor", () => {
  let constructed = 0;
  class Coded extends TypeError {
    readonly code: number;
    constructor(code: number, message: string) {
      super(message);
      this.code = code;
      constructed++;
    }
    describe(): string {
      return `${this.message} (${this.code})`;
    }
  }
  class Finer extends Coded {
    override readonly name = "Finer";
  }
  registerError(Coded);
  registerError(Coded);
  const copy = crosses(new Coded(7, "seven"), Coded);
  assert.is(copy.describe(), "seven (7)");
  assert.is(constructed, 1);
  const finer = roundTrip(new Finer(8, "eight"));
  assert.is(Object.getPrototypeOf(finer), Coded.prototype);
  assert.is(finer.name, "Finer");
  class Cancelled extends DOMException {}
  registerError(Cancelled as unknown as new () => Error);
  assert.instance(roundTrip(new Cancelled("x", "AbortError")), Cancelled);
  assert.throws(() => registerError(class Coded extends Error {}), /another class of that name/);
  class Impostor extends TypeError {}
  Object.defineProperty(Impostor, "name", { value: "RangeError" });
  assert.throws(() => registerError(Impostor), /a name of its own, not "RangeError"/);
  assert.is(Object.getPrototypeOf(roundTrip(new Impostor("x"))), TypeError.prototype);
});

test("causes: any value, none, undefined, cycles", () => {
  for (const cause of [undefined, null, 0, "", "text", 5n, new Date(5), { a: [1] }, new TypeError("inner")]) {
    const copy = roundTrip(new Error("x", { cause }));
    assert.ok(Object.hasOwn(copy, "cause"));
    assert.equal(Object.keys(copy), []);
    if (!(cause instanceof Error)) assert.equal(copy.cause, cause);
    else assert.instance(copy.cause, TypeError);
  }
  assert.not(Object.hasOwn(roundTrip(new Error("x")), "cause"));
  const loop = new Error("a");
  const partner = new RangeError("b", { cause: { loop } });
  loop.cause = partner;
  const copy = roundTrip(loop);
  assert.is(((copy.cause as Error).cause as Fields).loop, copy);
});

test("own properties: what can be cloned stays, what cannot goes alone", () => {
  const shared = { at: 1 };
  const error = Object.assign(new Error("kept"), {
    code: "ENOENT",
    errno: -2,
    first: shared,
    retry: () => {},
    deep: { shared: [shared, { fresh: true }], handle: Symbol() },
    request: new Request("http://localhost"),
    promise: Promise.resolve(),
    nested: Object.assign(new TypeError("inner"), { fn() {}, ok: { fresh: true } }),
    again: shared,
    "__proto__ ": 1,
    name: "Custom",
  });
  Object.defineProperty(error, "bad", {
    enumerable: true,
    get() {
      throw new Error("not this");
    },
  });
  Object.defineProperty(error, "__proto__", { enumerable: true, value: "own" });
  const copy = roundTrip<Error>(error) as Error & Fields;
  assert.equal(Object.keys(copy).sort(), [
    ...["__proto__", "__proto__ ", "again", "code", "errno", "first"],
    "name",
    "nested",
  ]);
  assert.is(copy.message, "kept");
  assert.is(copy.name, "Custom");
  assert.is(copy.first, copy.again);
  assert.equal(copy.first, { at: 1 });
  assert.is(Object.getPrototypeOf(copy), Error.prototype);
  assert.equal({ ...(copy.nested as Fields) }, { ok: { fresh: true } });
});

test("a field taken back leaves no trace in what follows", () => {
  const object = { a: 1, b: 2 };
  const shared = new SharedArrayBuffer(1);
  const error = Object.assign(new Error("x"), {
    lost: [{ a: 0, b: 0 }, object, shared, new Error("y"), () => {}],
  });
  const value = [error, object, { a: 3, b: 4 }, error, shared];
  const packet = encode(value);
  assert.is(packet.attachments.length, 1);
  const copy = roundTrip(value);
  assert.equal(copy.slice(1, 3), [object, { a: 3, b: 4 }]);
  assert.is(copy[0], copy[3]);
  assert.is(copy[4], shared);
});

test("errors that resist", () => {
  const throwing = new Error("x");
  for (const key of ["stack", "name", "message", "cause"]) {
    Object.defineProperty(throwing, key, {
      get() {
        throw new Error("no");
      },
    });
  }
  assert.instance(roundTrip(throwing), Error);
  const trapped = new Proxy(new TypeError("in a proxy"), {
    ownKeys() {
      throw new Error("no");
    },
  });
  assert.instance(roundTrip(trapped), TypeError);
  assert.is(roundTrip(trapped).message, "in a proxy");
  const bare = Object.assign(new Error("x"), { stack: undefined });
  assert.is(roundTrip(bare).stack, undefined);
  const odd = Object.defineProperty(new Error("odd"), "stack", { value: new Map() });
  assert.is(roundTrip(odd).stack, "Error: odd");
  const sites = Object.defineProperty(new Error("odd"), "stack", { value: ["f (a.ts:1:2)"] });
  assert.is(roundTrip(sites).stack, "Error: odd\n    at f (a.ts:1:2)");
  let deep = new Error("end");
  for (let i = 0; i < 50_000; i++) deep = new Error(`${i}`, { cause: deep });
  let copy: unknown = roundTrip(deep);
  let levels = 0;
  for (; copy instanceof Error; copy = copy.cause) levels++;
  assert.ok(levels >= 100);
  const hidden = Object.create(Error.prototype, { message: { value: "made by hand" } });
  assert.is(roundTrip(hidden).message, "made by hand");
});

test("an error that stands in a value", () => {
  const value = {
    rows: [{ error: Object.assign(new TypeError("x"), { fn() {} }) }, new Map([["e", new URIError("y")]])],
  };
  const copy = roundTrip(value);
  assert.instance((copy.rows[0] as { error: Error }).error, TypeError);
  assert.instance((copy.rows[1] as Map<string, Error>).get("e"), URIError);
});

test.run();
