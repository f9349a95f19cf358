/** Values that are hard to write or to read, by name; made anew each time. */

import { fail, Nonsense, Unreadable, Unspeakable, Unwritable } from "./classes.ts";

const throwing: ProxyHandler<object> = {
  get: () => fail(),
  has: () => fail(),
  ownKeys: () => fail(),
  getPrototypeOf: () => fail(),
  getOwnPropertyDescriptor: () => fail(),
};

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(8);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
}

function shrunk(): Uint8Array {
  const buffer = new ArrayBuffer(64, { maxByteLength: 128 });
  const view = new Uint8Array(buffer, 32, 16);
  buffer.resize(16);
  return view;
}

/** The types of this project do not tell of WebAssembly, which every runtime has. */
function memory(): { readonly buffer: ArrayBuffer } {
  const { Memory } = Reflect.get(globalThis, "WebAssembly");
  return new Memory({ initial: 1 });
}

function deep(): object {
  let value: object = {};
  for (let i = 0; i < 50_000; i++) value = { value };
  return value;
}

function errorWith(key: string, property: PropertyDescriptor): Error {
  return Object.defineProperty(new Error("an error"), key, { configurable: true, ...property });
}

const makers: Readonly<Record<string, () => unknown>> = {
  "an accessor that throws": () => ({
    get field() {
      return fail();
    },
  }),
  "an accessor that throws a symbol": () => ({
    get field() {
      throw Symbol("s");
    },
  }),
  "an accessor that throws a proxy": () => ({
    get field() {
      throw new Proxy({}, throwing);
    },
  }),
  "a proxy": () => new Proxy({}, throwing),
  "a proxy of an array": () => new Proxy([1], throwing),
  "a proxy of a function": () => new Proxy(() => {}, throwing),
  "a proxy of an error": () => new Proxy(new Error("e"), throwing),
  "a proxy of a promise": () => new Proxy(Promise.resolve(1), throwing),
  "a revoked proxy": () => revoked({}),
  "a revoked array": () => revoked([]),
  "a revoked function": () => revoked(() => {}),
  "a detached buffer": detached,
  "a view that its buffer has shrunk under": shrunk,
  "memory of WebAssembly": memory,
  "a buffer of WebAssembly": () => memory().buffer,
  "a Uint8Array that says it is long": () =>
    Object.defineProperty(new Uint8Array(4), "length", { value: 1e9 }),
  "a closed port": () => {
    const { port1 } = new MessageChannel();
    port1.close();
    return port1;
  },
  "a deep object": deep,
  "a symbol": () => Symbol("s"),
  "a weak map": () => new WeakMap(),
  "what cannot be written": () => new Unwritable(),
  "what cannot be read": () => new Unreadable(),
  "what cannot be read, nor what it throws": () => new Unspeakable(),
  nonsense: () => new Nonsense(),
  "an error with what cannot be written": () => Object.assign(new Error("an error"), { x: new Unwritable() }),
  "an error with what cannot be read": () => Object.assign(new Error("an error"), { x: [new Unreadable()] }),
  "an error whose cause cannot be read": () => new Error("an error", { cause: new Unreadable() }),
  "an error of errors that cannot be read": () => new AggregateError([new Unreadable()], "an error"),
  "an error with a message that throws": () => errorWith("message", { get: fail }),
  "an error with a stack that throws": () => errorWith("stack", { get: fail }),
  "an error with a stack of numbers": () =>
    errorWith("stack", { value: [1, Symbol("s"), new Proxy({}, throwing)] }),
  "an error with a name that is an object": () => errorWith("name", { value: new Proxy({}, throwing) }),
  "an error that is its own cause": () => {
    const error = new Error("an error");
    error.cause = error;
    return error;
  },
  "a frozen error": () => Object.freeze(new Error("an error")),
  "an error without a prototype": () => Object.setPrototypeOf(new Error("an error"), null),
  "an object with a then that throws": () => ({
    get then() {
      return fail();
    },
  }),
  "keys of Object.prototype": () =>
    JSON.parse('{"__proto__":1,"constructor":2,"toString":3,"hasOwnProperty":4}'),
  "a long sparse array": () => Object.assign([], { 4000000000: 1 }),
  "an array whose length is no number": () => Object.defineProperty([1, 2], "map", { value: fail }),
  "an invalid date": () => new Date(Number.NaN),
  "a generator": function* () {
    yield 1;
  },
  "an object with a tag that lies": () => ({ [Symbol.toStringTag]: "Map" }),
  "an object whose tag throws": () => ({
    get [Symbol.toStringTag]() {
      return fail();
    },
  }),
  "an object whose toJSON throws": () => ({ toJSON: fail }),
};

/** What only the thread can make that has put it here. */
export const more: Record<string, () => unknown> = {};

export const names = (): readonly string[] => [...Object.keys(makers), ...Object.keys(more)];

export function make(name: string): unknown {
  const maker = makers[name] ?? more[name];
  if (maker === undefined) throw new Error("only the other side makes this");
  return maker();
}
