import * as ownErrors from "../errors.ts";
import { malformed } from "./byte_reader.ts";
import { isError } from "./kinds.ts";
import type { Reader } from "./reader.ts";
import * as tag from "./tags.ts";
import type { Writer } from "./writer.ts";

/** A class of errors, whatever its constructor takes. */
export type ErrorClass = abstract new (...args: never[]) => Error;

const BUILT_IN: readonly string[] = [
  "AggregateError",
  "DOMException",
  "Error",
  "EvalError",
  "RangeError",
  "ReferenceError",
  "SuppressedError",
  "SyntaxError",
  "TypeError",
  "URIError",
];

/** Fields that stand on an error without being enumerable. */
const HIDDEN_FIELDS: readonly string[] = [
  "name",
  "message",
  "stack",
  "cause",
  "errors",
  "error",
  "suppressed",
];

// How a field stands on its error. INHERITED ones are set only where the class of the copy says otherwise.
const END = 0;
const HIDDEN = 1;
const ENUMERABLE = 2;
const INHERITED = 3;

const registered = new Map<string, ErrorClass>(Object.entries(ownErrors));

/**
 * Lets errors of a class keep their class when they cross to another thread. Do it in a module that both sides load.
 *
 * @param Class The class. Copies are made without running its constructor.
 * @throws {TypeError} When another class of the same name is registered, or the name is a built-in class's.
 *
 * @example
 * ```ts
 * import { registerError } from "awaitlet";
 *
 * // In a module that both sides load, so that each knows the class.
 * export class NotFound extends Error {}
 * registerError(NotFound);
 * ```
 */
export function registerError(Class: ErrorClass): void {
  const { name } = Class;
  if (BUILT_IN.includes(name) || name === "") {
    throw new TypeError(`Cannot register an error class: it needs a name of its own, not "${name}"`);
  }
  if ((registered.get(name) ?? Class) !== Class) {
    throw new TypeError(
      `Cannot register the error class ${name}: another class of that name is registered already`,
    );
  }
  registered.set(name, Class);
}

/** The registered classes that errors have elsewhere, and not on this thread: they keep them on their way through it. */
const passing = new WeakMap<object, string>();

/** Writes an error, and of its fields those that can cross. */
export function writeError(writer: Writer, error: object): void {
  const [builtIn, own] = classNames(error);
  writer.byte(tag.ERROR);
  writer.string(builtIn);
  writer.string(own);
  if (builtIn === "DOMException") {
    writer.string(text(error, "message"));
    writer.string(text(error, "name"));
  }
  for (const key of fieldsOf(error)) {
    if (writer.attempt(() => writeField(writer, error, key, (value) => value))) continue;
    if (key === "errors") writer.attempt(() => writeField(writer, error, key, copyable));
  }
  writer.byte(END);
}

/** Reads what `writeError()` wrote after its tag. */
export function readError(reader: Reader): Error {
  const builtIn = reader.string();
  const own = reader.string();
  const error = withoutStack(() =>
    builtIn === "DOMException" ? new DOMException(reader.string(), reader.string()) : new Error(),
  );
  const Class = registered.get(own) ?? classNamed(builtIn);
  if (own !== "" && !registered.has(own)) passing.set(error, own);
  if (Object.getPrototypeOf(error) !== Class.prototype) Object.setPrototypeOf(error, Class.prototype);
  reader.keep(error);
  let hasStack = false;
  for (let mode = reader.byte(); mode !== END; mode = reader.byte()) {
    if (mode > INHERITED) throw malformed("an error has a field of an unknown kind");
    const key = reader.string();
    const value = reader.value();
    if (key === "stack") hasStack = true;
    if (mode === INHERITED && Reflect.get(error, key) === value) continue;
    define(error, key, value, mode === ENUMERABLE);
  }
  if (!hasStack) define(error, "stack", `${error.name}: ${error.message}`, false);
  return error;
}

function writeField(writer: Writer, error: object, key: string, select: (value: unknown) => unknown): void {
  const property = Object.getOwnPropertyDescriptor(error, key);
  const value = Reflect.get(error, key);
  if (property === undefined) {
    // Only these three are inherited as a matter of course: from prototypes, or as accessors.
    const isText = key === "name" || key === "message" || key === "stack";
    if (!isText || typeof value !== "string") return;
    writer.byte(INHERITED);
  } else {
    writer.byte(property.enumerable ? ENUMERABLE : HIDDEN);
  }
  writer.string(key);
  writer.write(select(value));
}

/** The errors of an AggregateError, when one cannot cross: what was thrown and is no error may be anything. */
function copyable(errors: unknown): unknown {
  if (!Array.isArray(errors)) return errors;
  return errors.map((error) => {
    const isSure =
      isError(error) || error === null || !["object", "function", "symbol"].includes(typeof error);
    return isSure ? error : undefined;
  });
}

function fieldsOf(error: object): Iterable<string> {
  try {
    return new Set([...HIDDEN_FIELDS, ...Object.keys(error)]);
  } catch {
    // A proxy's trap threw.
    return HIDDEN_FIELDS;
  }
}

/** The names of the nearest built-in class and, before it, of the nearest registered one. */
function classNames(error: object): [builtIn: string, own: string] {
  let own = passing.get(error) ?? "";
  for (let p = Object.getPrototypeOf(error); p !== null; p = Object.getPrototypeOf(p)) {
    const Class = Object.getOwnPropertyDescriptor(p, "constructor")?.value;
    if (typeof Class !== "function") continue;
    const { name } = Class;
    if (own === "" && registered.get(name) === Class) own = name;
    // By name, for classes of another realm; only built-in prototypes have a message of their own.
    if (BUILT_IN.includes(name) && Object.hasOwn(p, "message")) return [name, own];
  }
  return ["Error", own];
}

/** The built-in class of that name, or Error where the runtime has none. */
function classNamed(name: string): ErrorClass {
  const Class = BUILT_IN.includes(name) ? Reflect.get(globalThis, name) : undefined;
  return typeof Class === "function" ? (Class as ErrorClass) : Error;
}

function text(error: object, key: string): string {
  try {
    return String(Reflect.get(error, key));
  } catch {
    return "";
  }
}

/** A copy's own stack would show this reader. Bun prints it even where `stack` says otherwise. */
function withoutStack(create: () => Error): Error {
  const limit = Reflect.get(Error, "stackTraceLimit");
  Reflect.set(Error, "stackTraceLimit", 0);
  try {
    return create();
  } finally {
    Reflect.set(Error, "stackTraceLimit", limit);
  }
}

function define(error: Error, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(error, key, { value, enumerable, writable: true, configurable: true });
}
