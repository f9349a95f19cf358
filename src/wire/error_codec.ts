import { kindOf, ownErrors } from "../base/errors.ts";
import { type Copy, sharedByCopies, thisCopy } from "../runtime/copies.ts";
import { malformed } from "./byte_reader.ts";
import type { AnyFunction } from "./codec.ts";
import type { Reader } from "./reader.ts";
import { named, stackText } from "./said.ts";
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

/** Fields that are inherited as a matter of course: from prototypes, or as accessors. */
const INHERITED_FIELDS: readonly string[] = ["name", "message", "stack"];

// How a field stands on its error. INHERITED ones are set only where the class of the copy says otherwise.
const END = 0;
const HIDDEN = 1;
const ENUMERABLE = 2;
const INHERITED = 3;

/** The registered classes, of all copies of awaitlet together. */
interface Registry {
  /** What the errors of a name are made as, and the copy that has registered it. */
  readonly byName: Map<string, { readonly Class: ErrorClass; readonly copy?: Copy }>;
  readonly names: WeakMap<ErrorClass, string>;
}

let found: Registry | undefined;

function registry(): Registry {
  found ??= sharedByCopies<Registry>("errors", () => ({
    byName: new Map(Object.entries(ownErrors).map(([name, Class]) => [name, { Class }])),
    names: new WeakMap(),
  }));
  return found;
}

/**
 * Lets errors of a class keep their class when they cross to another thread. Do it in a module that both sides load.
 *
 * @param Class The class. Copies are made without running its constructor.
 * @param name What it is called. Give it where a minifier renames classes. Default: its own name.
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
export function registerError(Class: ErrorClass, name: string = Class.name): void {
  if (BUILT_IN.includes(name) || name === "") {
    throw new TypeError(`Cannot register an error class: it needs a name of its own, not "${name}"`);
  }
  const { byName, names } = registry();
  const known = byName.get(name);
  if (known === undefined) byName.set(name, { Class, copy: thisCopy });
  // Of another copy of awaitlet, it is another copy of what registers it, too.
  else if (known.Class !== Class && (known.copy === undefined || known.copy === thisCopy)) {
    throw new TypeError(
      `Cannot register the error class ${name}: another class of that name is registered already`,
    );
  }
  names.set(Class, name);
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
    // Read once, whatever of it can then be written.
    const field = writer.reads.get(error, key, () => readField(error, key));
    if (field === undefined || writer.attempt(() => writeField(writer, key, field))) continue;
    const { value } = field;
    if (key !== "errors" || !Array.isArray(value)) continue;
    const items = value.map((item) => (writer.fits(item) ? item : undefined));
    writer.attempt(() => writeField(writer, key, { ...field, value: items }));
  }
  // A class that is registered is there as well, with its methods.
  if (own === "" && writer.extension.lends === true) writeMethods(writer, error);
  writer.byte(END);
}

/** No methods of the original; or such as show an error, also when its task is over and nothing can be asked of the original. */
const SHOWING: ReadonlySet<string> = new Set([
  "constructor",
  "__proto__",
  "toString",
  "toJSON",
  "valueOf",
  "inspect",
]);

/** Writes the methods of an error's class: on the copy they act on the original. */
function writeMethods(writer: Writer, error: object): void {
  for (const [key, method] of methodsOf(error)) {
    writer.attempt(() => {
      writer.byte(HIDDEN);
      writer.write(key);
      writer.callable(method, error);
    });
  }
}

function methodsOf(error: object): Map<string, AnyFunction> {
  const methods = new Map<string, AnyFunction>();
  try {
    for (const prototype of classesOf(error)) {
      for (const key of Object.getOwnPropertyNames(prototype)) {
        const value: unknown = Object.getOwnPropertyDescriptor(prototype, key)?.value;
        const isKnown = SHOWING.has(key) || methods.has(key) || Object.hasOwn(error, key);
        if (typeof value === "function" && !isKnown) methods.set(key, value);
      }
    }
  } catch {
    // A proxy's trap threw.
  }
  return methods;
}

/** The prototypes of an error's own classes, below the built-in one. */
function classesOf(error: object): object[] {
  const prototypes: object[] = [];
  for (let p = Object.getPrototypeOf(error); p !== null && !Object.hasOwn(p, "message"); ) {
    prototypes.push(p);
    p = Object.getPrototypeOf(p);
  }
  return prototypes;
}

/** Reads what `writeError()` wrote after its tag. */
export function readError(reader: Reader): Error {
  const builtIn = reader.string();
  const own = reader.string();
  const error = withoutStack(() =>
    builtIn === "DOMException" ? new DOMException(reader.string(), reader.string()) : new Error(),
  );
  const Class = registry().byName.get(own)?.Class ?? classNamed(builtIn);
  if (own !== "" && !registry().byName.has(own)) passing.set(error, own);
  if (Object.getPrototypeOf(error) !== Class.prototype) Object.setPrototypeOf(error, Class.prototype);
  reader.keep(error);
  let hasStack = false;
  for (let mode = reader.byte(); mode !== END; mode = reader.byte()) {
    if (mode > INHERITED) throw malformed("an error has a field of an unknown kind");
    const key = reader.value() as string | symbol;
    // The error itself crosses, whatever of it cannot be made here.
    const field = reader.optional();
    if (field === undefined) continue;
    const { value } = field;
    if (key === "stack") hasStack = true;
    if (mode === INHERITED && key !== "stack" && isSame(error, key, value)) continue;
    define(error, key, value, mode === ENUMERABLE);
  }
  if (!hasStack) define(error, "stack", named(error), false);
  return error;
}

/** A field of an error, and how it stands there. */
interface Field {
  readonly mode: number;
  readonly value: unknown;
}

function readField(error: object, key: string | symbol): Field | undefined {
  try {
    const property = Object.getOwnPropertyDescriptor(error, key);
    // `Error.prepareStackTrace` may make anything of the stack.
    let value: unknown = Reflect.get(error, key);
    if (key === "stack" && typeof value !== "string" && value !== undefined) {
      value = stackText(error, value);
      if (value === undefined) return undefined;
    }
    if (property !== undefined) return { mode: property.enumerable ? ENUMERABLE : HIDDEN, value };
    return value === undefined || typeof value === "function" ? undefined : { mode: INHERITED, value };
  } catch {
    return undefined;
  }
}

function writeField(writer: Writer, key: string | symbol, { mode, value }: Field): void {
  writer.byte(mode);
  writer.write(key);
  writer.write(value);
}

/** The keys of what an error has: its own fields, and what the accessors of its class give. */
function fieldsOf(error: object): Iterable<string | symbol> {
  const keys = new Set<string | symbol>(INHERITED_FIELDS);
  try {
    for (const key of Reflect.ownKeys(error)) keys.add(key);
    for (const p of classesOf(error)) {
      for (const key of Object.getOwnPropertyNames(p)) {
        if (key !== "__proto__" && Object.getOwnPropertyDescriptor(p, key)?.get !== undefined) keys.add(key);
      }
    }
  } catch {
    // A proxy's trap threw.
  }
  return keys;
}

function isSame(error: object, key: string | symbol, value: unknown): boolean {
  try {
    return Reflect.get(error, key) === value;
  } catch {
    // An accessor of the class, which wants what only its constructor makes.
    return false;
  }
}

/** The names of the nearest built-in class and, before it, of the nearest registered one. */
function classNames(error: object): [builtIn: string, own: string] {
  let own = passing.get(error) ?? "";
  for (let p = Object.getPrototypeOf(error); p !== null; p = Object.getPrototypeOf(p)) {
    const Class = Object.getOwnPropertyDescriptor(p, "constructor")?.value;
    if (typeof Class !== "function") continue;
    const { name } = Class;
    if (own === "") own = registeredName(Class) ?? "";
    // By name, for classes of another realm; only built-in prototypes have a message of their own.
    if (BUILT_IN.includes(name) && Object.hasOwn(p, "message")) return [name, own];
  }
  return ["Error", own];
}

/** The name by which errors of a class cross: of a registered class, or of one of awaitlet's own, of whatever copy. */
function registeredName(Class: ErrorClass): string | undefined {
  return registry().names.get(Class) ?? kindOf(Class);
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
  const prepare: unknown = Reflect.get(Error, "prepareStackTrace");
  Reflect.set(Error, "stackTraceLimit", 0);
  // Node 20 asks the program's own at once, which may throw.
  if (prepare !== undefined) Reflect.set(Error, "prepareStackTrace", undefined);
  try {
    return create();
  } finally {
    Reflect.set(Error, "stackTraceLimit", limit);
    if (prepare !== undefined) Reflect.set(Error, "prepareStackTrace", prepare);
  }
}

/** What the runtime itself has fixed on the copy stays as it is: Deno marks each DOMException by such a property. */
function define(error: Error, key: string | symbol, value: unknown, enumerable: boolean): void {
  Reflect.defineProperty(error, key, { value, enumerable, writable: true, configurable: true });
}
