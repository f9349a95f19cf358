/**
 * What one side tells the other of the class of an object that stays where it is: its name, its members, and which class it is.
 *
 * @module
 */

import { wellKnownName } from "./symbols.ts";

/** What an object is at bottom, which a proxy for it has to be too. */
export type Bottom = "object" | "array" | "function";

/** A method, an accessor, or a value that stands on the prototype. */
export interface Member {
  readonly key: string | symbol;
  readonly kind: "method" | "accessor" | "value";
  readonly value?: unknown;
}

export interface ClassDescription {
  readonly name: string;
  readonly bottom: Bottom;
  /** The class and those that it extends, each by what it is known as: see `identityOf()`. */
  readonly classes: readonly string[];
  readonly members: readonly Member[];
}

type AnyClass = abstract new (...args: never[]) => unknown;

/** A member as JSON: its key, its kind's first letter, its value. */
type MemberText = readonly [key: string, kind: "m" | "a" | "v", value?: unknown];

/** Each thread numbers its own classes. */
const numbers = new WeakMap<object, string>();
let lastNumber = 0;

const known = new Map<string, AnyClass>();
const identities = new WeakMap<object, string>();
let version = 0;

interface Described {
  readonly text: string;
  readonly version: number;
}

const described = new WeakMap<object, Described>();
const read = new Map<string, ClassDescription>();
/** A program has so many classes, not more; one that makes them up as it runs has no use for them again. */
const MOST = 5_000;

/** Makes a class known, on this thread, as the one that `module` exports by `name`. The first name that it gets is kept. */
export function identify(Class: AnyClass, module: string, name: string): void {
  const identity = `${module}#${name}`;
  if (known.get(identity) === Class) return;
  known.set(identity, Class);
  if (!identities.has(Class)) identities.set(Class, identity);
  version++;
}

/** The class of this thread that is known by `identity`. */
export function classKnownAs(identity: string): AnyClass | undefined {
  if (!identity.startsWith("global#")) return known.get(identity);
  const value: unknown = Reflect.get(globalThis, identity.slice("global#".length));
  return typeof value === "function" ? (value as AnyClass) : undefined;
}

/** What a class is known as on other threads: by its module and name, or as a global; else `undefined`. */
export function identityOf(Class: object): string | undefined {
  const identity = identities.get(Class);
  if (identity !== undefined) return identity;
  const name: unknown = Object.getOwnPropertyDescriptor(Class, "name")?.value;
  return typeof name === "string" && name !== "" && globalOf(name) === Class ? `global#${name}` : undefined;
}

function globalOf(name: string): unknown {
  // Some of Deno's are accessors, which make the class when it is first asked for.
  return Object.hasOwn(globalThis, name) ? Reflect.get(globalThis, name) : undefined;
}

/** What tells a class from all others of this thread. */
export function numberOf(Class: object): string {
  let number = numbers.get(Class);
  if (number === undefined) {
    number = `here#${++lastNumber}`;
    numbers.set(Class, number);
  }
  return number;
}

/** Whether a prototype is the language's own, of what is no class: where the members of a class end. */
function isRoot(prototype: object): boolean {
  const above: unknown = Object.getPrototypeOf(prototype);
  if (above === null) return true;
  if (prototype === Array.prototype || prototype === Function.prototype) return true;
  // Those of async functions and of generator functions.
  return above === Function.prototype && Object.hasOwn(prototype, Symbol.toStringTag);
}

/** The class of an object as text, for `readClass()`. */
export function classText(object: object): string {
  const prototype = Object.getPrototypeOf(object) as object | null;
  const known = prototype === null ? undefined : described.get(prototype);
  if (known !== undefined && known.version === version) return known.text;
  const text = JSON.stringify(describe(object, prototype));
  if (prototype !== null) described.set(prototype, { text, version });
  return text;
}

function describe(object: object, prototype: object | null): unknown {
  const members = new Map<string, MemberText>();
  const classes: string[] = [];
  let name = "";
  for (let at = prototype; at !== null && !isRoot(at); at = Object.getPrototypeOf(at) as object | null) {
    const Class: unknown = Object.getOwnPropertyDescriptor(at, "constructor")?.value;
    if (typeof Class === "function" && Class.prototype === at) {
      name ||= typeof Class.name === "string" ? Class.name : "";
      classes.push(numberOf(Class), identityOf(Class) ?? "");
    }
    for (const key of Reflect.ownKeys(at)) {
      const text = textOf(key);
      if (text === undefined || key === "constructor" || key === "__proto__" || members.has(text)) continue;
      const member = describeMember(object, at, key);
      if (member !== undefined) members.set(text, [text, ...member]);
    }
  }
  const bottom: Bottom =
    typeof object === "function" ? "function" : Array.isArray(object) ? "array" : "object";
  return [name || nameByTag(object), bottom, classes, [...members.values()]];
}

function describeMember(
  object: object,
  prototype: object,
  key: string | symbol,
): ["m"] | ["a"] | ["v", unknown] | undefined {
  const property = Object.getOwnPropertyDescriptor(prototype, key);
  if (property === undefined) return undefined;
  if (key === Symbol.toStringTag) {
    try {
      const tag: unknown = Reflect.get(object, key);
      return typeof tag === "string" ? ["v", tag] : undefined;
    } catch {
      return undefined;
    }
  }
  if (property.get !== undefined || property.set !== undefined) return ["a"];
  if (typeof property.value === "function") return ["m"];
  const { value } = property as { value: unknown };
  // What else stands there is read where it is.
  return value === null || ["string", "number", "boolean"].includes(typeof value) ? ["v", value] : ["a"];
}

function nameByTag(object: object): string {
  return Object.prototype.toString.call(object).slice("[object ".length, -1);
}

/** A key as text: of symbols only those that every thread knows. */
function textOf(key: string | symbol): string | undefined {
  if (typeof key === "string") return `.${key}`;
  const registered = Symbol.keyFor(key);
  if (registered !== undefined) return `@${registered}`;
  const name = wellKnownName(key);
  return name === undefined ? undefined : `#${name}`;
}

function keyOf(text: string): string | symbol {
  const rest = text.slice(1);
  if (text.startsWith(".")) return rest;
  return text.startsWith("@") ? Symbol.for(rest) : (Reflect.get(Symbol, rest) as symbol);
}

/** Reads what `classText()` gave: the same object for the same text. */
export function readClass(text: string): ClassDescription {
  const before = read.get(text);
  if (before !== undefined) return before;
  const [name, bottom, classes, members] = JSON.parse(text) as [string, Bottom, string[], MemberText[]];
  const kinds = { m: "method", a: "accessor", v: "value" } as const;
  const description: ClassDescription = {
    name,
    bottom,
    classes: classes.filter((each) => each !== ""),
    members: members.map(([key, kind, value]) => ({ key: keyOf(key), kind: kinds[kind], value })),
  };
  if (read.size >= MOST) read.clear();
  read.set(text, description);
  return description;
}
