/** Graphs of values at random: each with what must arrive of it, or with the knowledge that it may be refused. */

import { Buffer } from "node:buffer";
import { registerClass, registerError } from "../../mod.ts";
import type { Chance } from "./random.ts";

/** An object of a registered class, whose hooks throw where it says so. */
export class Hooked {
  readonly held: unknown;
  readonly throws: "toData" | "fromData" | "never";

  constructor(held: unknown, throws: Hooked["throws"]) {
    this.held = held;
    this.throws = throws;
  }

  method(): unknown {
    return this.held;
  }
}
registerClass(Hooked, {
  module: import.meta.url,
  toData({ held, throws }) {
    if (throws === "toData") throw new RangeError("toData throws");
    return { held, throws };
  },
  fromData({ held, throws }) {
    if (throws === "fromData") throw new RangeError("fromData throws");
    return new Hooked(held, throws);
  },
});

export class OddError extends RangeError {
  override readonly name: string = "OddError";
}
registerError(OddError);

/** A graph. */
export interface Graph {
  readonly value: unknown;
  /** What arrives. Where the same object stands twice in the value, so it does here. */
  readonly expected: unknown;
  /** Whether something in it may be refused, or not be made there. */
  readonly mayFail: boolean;
}

type Pair = readonly [value: unknown, expected: unknown];
const same = (value: unknown): Pair => [value, value];

/** What stands for an object in its graph. */
type Wrap = (target: object) => object;
const asItIs: Wrap = (target) => target;

const VIEWS = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array];
const MORE_VIEWS = [Float32Array, Float64Array, BigInt64Array, BigUint64Array, DataView];
const ERRORS = [Error, RangeError, TypeError, SyntaxError, EvalError, ReferenceError, URIError, OddError];
const KEYS = ["a", "b", "constructor", "__proto__", "toString", "length", "then", "0", "7", "", "é", "name"];

/** Makes graphs. One object makes one graph. */
export class GraphMaker {
  readonly #chance: Chance;
  /** Objects that are there already, for references to them. */
  readonly #known: Pair[] = [];
  #mayFail = false;
  #left = 60;
  /** In a message of more than 128 objects and elements, not all are searched for what is not enumerable. */
  #searches = 100;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  make(): Graph {
    const [value, expected] = this.#any(0);
    return { value, expected, mayFail: this.#mayFail };
  }

  #any(depth: number): Pair {
    const chance = this.#chance;
    if (--this.#left < 0 || --this.#searches < 0 || depth > 6) return this.#leaf();
    const kind = chance.below(20);
    if (kind < 6) return this.#leaf();
    if (kind === 6 && this.#known.length > 0) return chance.pick(this.#known);
    if (kind < 10) return this.#object(depth);
    if (kind < 13) return this.#array(depth);
    const makers = [this.#map, this.#set, this.#view, this.#view, this.#error, this.#proxy, this.#odd];
    return chance.pick(makers).call(this, depth);
  }

  #leaf(): Pair {
    const chance = this.#chance;
    switch (chance.below(9)) {
      case 0:
      case 1:
        return same(chance.number());
      case 2:
      case 3:
        return same(chance.text());
      case 4:
        return same(chance.pick([undefined, null, true, false]));
      case 5:
        return same(BigInt(chance.below(2 ** 50)) ** BigInt(chance.below(9)) * (chance.oneIn(2) ? 1n : -1n));
      case 6:
        return same(chance.pick([Symbol.for("known"), Symbol.iterator, chance.text()]));
      case 7:
        return this.#keep(same(new Date(chance.oneIn(5) ? Number.NaN : chance.below(2 ** 41))));
      default:
        return this.#keep(same(chance.pick([/a/giu, Object("boxed"), Object(7), Object(false), Object(5n)])));
    }
  }

  #keep(pair: Pair): Pair {
    this.#known.push(pair);
    return pair;
  }

  /** Puts a property on both: as it is, hidden, or behind an accessor that gives another value each time that it is read. */
  #property(value: object, expected: object, key: string | symbol, item: Pair): void {
    const chance = this.#chance;
    const enumerable = !chance.oneIn(8);
    const common = { enumerable, configurable: true };
    Object.defineProperty(expected, key, { ...common, value: item[1], writable: true });
    if (chance.oneIn(5)) {
      let reads = 0;
      const get = () => (reads++ === 0 ? item[0] : `read ${reads} times`);
      Object.defineProperty(value, key, { ...common, get });
    } else if (chance.oneIn(25)) {
      this.#mayFail = true;
      const get = () => {
        throw chance.pick([new Error("an accessor throws"), undefined, new WeakMap(), "text"]);
      };
      Object.defineProperty(value, key, { ...common, get });
    } else Object.defineProperty(value, key, { ...common, value: item[0], writable: true });
  }

  #key(): string | symbol {
    const chance = this.#chance;
    if (chance.oneIn(12)) return chance.pick([Symbol.for("key"), Symbol.toStringTag]);
    const key = chance.oneIn(3) ? chance.text() : chance.pick(KEYS);
    return key;
  }

  #object(depth: number, wrap: Wrap = asItIs): Pair {
    const chance = this.#chance;
    const prototype = chance.oneIn(5) ? null : Object.prototype;
    const [value, expected]: [object, object] = [Object.create(prototype), Object.create(prototype)];
    const pair = this.#keep([wrap(value), expected]);
    for (let n = chance.below(6); n > 0; n--) {
      const key = this.#key();
      if (!Object.hasOwn(value, key)) this.#property(value, expected, key, this.#any(depth + 1));
    }
    return pair;
  }

  #array(depth: number, wrap: Wrap = asItIs): Pair {
    const chance = this.#chance;
    const [value, expected]: [unknown[], unknown[]] = [[], []];
    const pair = this.#keep([wrap(value), expected]);
    const most = chance.oneIn(6) ? 40 : 7;
    const length = chance.below(Math.min(most, Math.max(1, Math.floor(this.#searches / 2))));
    this.#searches -= 2 * length;
    // Alike, as most arrays are; or of all kinds.
    const kind = chance.below(6);
    const item = (i: number): Pair => {
      if (kind === 0) return same(chance.number());
      if (kind === 1) return same(chance.text());
      if (kind === 2) return same(chance.oneIn(2));
      if (kind === 3)
        return [
          { id: i, name: `row ${i}` },
          { id: i, name: `row ${i}` },
        ];
      return this.#any(depth + 1);
    };
    for (let i = 0; i < length; i++) {
      if (chance.oneIn(20)) {
        value.length = expected.length = i + 1;
        continue;
      }
      const [a, b] = item(i);
      if (chance.oneIn(15)) {
        let reads = 0;
        const get = () => (reads++ === 0 ? a : `read ${reads} times`);
        Object.defineProperty(value, i, { get, enumerable: true, configurable: true });
      } else value[i] = a;
      expected[i] = b;
    }
    if (chance.oneIn(10)) this.#property(value, expected, "extra", this.#any(depth + 1));
    return pair;
  }

  #map(depth: number): Pair {
    const [value, expected] = [new Map<unknown, unknown>(), new Map<unknown, unknown>()];
    const pair = this.#keep([value, expected]);
    for (let n = this.#chance.below(5); n > 0; n--) {
      const [key, item] = [this.#any(depth + 1), this.#any(depth + 1)];
      value.set(key[0], item[0]);
      expected.set(key[1], item[1]);
    }
    return pair;
  }

  #set(depth: number): Pair {
    const [value, expected] = [new Set<unknown>(), new Set<unknown>()];
    const pair = this.#keep([value, expected]);
    for (let n = this.#chance.below(5); n > 0; n--) {
      const item = this.#any(depth + 1);
      value.add(item[0]);
      expected.add(item[1]);
    }
    return pair;
  }

  /** Every kind of view: of a part, of shared and of resizable memory, tracking its length or not. */
  #view(): Pair {
    const chance = this.#chance;
    const size = 8 * (1 + chance.below(6));
    const make = (): ArrayBuffer | SharedArrayBuffer => {
      switch (chance.below(4)) {
        case 0:
          return new ArrayBuffer(size, { maxByteLength: size + 64 });
        default:
          return new ArrayBuffer(size);
      }
    };
    const buffer = make();
    const bytes = new Uint8Array(buffer);
    for (let i = 0; i < size; i++) bytes[i] = chance.below(128);
    this.#keep(same(buffer));
    if (chance.oneIn(6)) return same(buffer);
    if (chance.oneIn(6)) return this.#keep(same(Buffer.from(buffer as ArrayBuffer, 0, size)));
    const View = chance.pick<
      new (
        memory: ArrayBufferLike,
        from?: number,
        length?: number,
      ) => ArrayBufferView
    >([...VIEWS, ...MORE_VIEWS]);
    const view = chance.pick([
      () => new View(buffer),
      () => new View(buffer, 8),
      () => new View(buffer, 0, 1),
      () => new View(buffer, size),
    ])();
    return this.#keep(same(view));
  }

  /** What its fields hold that cannot cross is left out, and so could not be told here: they hold leaves. */
  #error(): Pair {
    const chance = this.#chance;
    if (chance.oneIn(6)) return this.#keep(same(new DOMException(chance.text(), "AbortError")));
    const message = chance.text();
    const isMany = chance.oneIn(6);
    const Class = chance.pick(ERRORS);
    const make = (): Error => (isMany ? new AggregateError([], message) : new Class(message));
    const [value, expected] = [make(), make()];
    const pair = this.#keep([value, expected]);
    expected.stack = value.stack ?? "";
    const field = (key: string, item: Pair, enumerable: boolean) => {
      const common = { enumerable, configurable: true, writable: true };
      Object.defineProperty(value, key, { ...common, value: item[0] });
      Object.defineProperty(expected, key, { ...common, value: item[1] });
    };
    if (chance.oneIn(2)) field("cause", this.#leaf(), false);
    if (isMany) field("errors", [[new Error("one")], [new Error("one")]], false);
    if (chance.oneIn(2)) field("detail", this.#leaf(), true);
    return pair;
  }

  /** A proxy of a plain object or an array: it tells nothing, counts its reads, or throws. */
  #proxy(depth: number): Pair {
    const chance = this.#chance;
    const seen = new Set<PropertyKey>();
    const once: ProxyHandler<object> = {
      get(of, key) {
        if (!Object.hasOwn(of, key) || key === "length") return Reflect.get(of, key);
        if (seen.has(key)) return "read again";
        seen.add(key);
        return Reflect.get(of, key);
      },
    };
    const trap = chance.pick(["get", "ownKeys", "getOwnPropertyDescriptor", "getPrototypeOf", "has"]);
    const throwing = {
      [trap]() {
        throw new Error("a trap throws");
      },
    } as ProxyHandler<object>;
    const handler = chance.pick([{}, {}, once, throwing]);
    // A proxy may be refused; where it crosses, it crosses as what it stands for.
    this.#mayFail = true;
    const wrap = (target: object) => new Proxy(target, handler);
    return chance.oneIn(2) ? this.#object(depth, wrap) : this.#array(depth, wrap);
  }

  #odd(depth: number): Pair {
    const chance = this.#chance;
    this.#mayFail = true;
    const refused = [() => new WeakMap(), () => Symbol("own"), () => new WeakRef({}), () => new WeakSet()];
    if (chance.oneIn(3)) return same(chance.pick(refused)());
    const [held, arrives] = this.#any(depth + 1);
    const throws = chance.pick(["toData", "fromData", "never", "never"] as const);
    return this.#keep([new Hooked(held, throws), new Hooked(arrives, throws)]);
  }
}
