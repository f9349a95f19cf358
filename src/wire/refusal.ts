import { NotTransferable } from "../base/errors.ts";
import { builtInTag } from "./built_in_tag.ts";

/**
 * Where a value stands in the one that holds it: makes its path of that one's own. The text is made when a refusal is
 * explained: where the stack is full, making it would fail, and hide that.
 */
export type Step = (holder: string) => string;

/** The step to the element of an array. */
export const element =
  (index: number): Step =>
  (holder) =>
    `${holder}[${index}]`;

/** The step to the property of an object. */
export const property =
  (key: string | symbol): Step =>
  (holder) =>
    holder + spelled(key);

/** The step to an item that only iteration reaches: a method's of a Map, such as `keys`, or a Set's own. */
export const item =
  (index: number, method = ""): Step =>
  (holder) =>
    `[...${holder}${method && `.${method}()`}][${index}]`;

/** The step to the value of a Map's entry. */
export function entry(key: unknown, index: number): Step {
  const isNamed = typeof key !== "object" && typeof key !== "symbol" && typeof key !== "function";
  return isNamed || key === null ? (holder) => `${holder}.get(${literal(key)})` : item(index, "values");
}

/** Thrown inside a writer where a value cannot cross. Whoever named the root turns it into NotTransferable. */
export class Refusal {
  readonly value: unknown;
  /** What reading the value threw, where it could not even be read. */
  readonly thrown: { readonly error: unknown } | undefined;
  readonly #steps: Step[] = [];

  constructor(value: unknown, thrown?: { readonly error: unknown }) {
    this.value = value;
    this.thrown = thrown;
  }

  /** Notes a step on the way out, from the value to the root. */
  under(step: Step): this {
    this.#steps.push(step);
    return this;
  }

  /** The error for the caller, who names the root. */
  explain(name: string): NotTransferable {
    let path = name;
    for (let i = this.#steps.length - 1; i >= 0; i--) path = (this.#steps[i] as Step)(path);
    if (this.thrown !== undefined) {
      const { error } = this.thrown;
      return new NotTransferable(`Cannot copy ${path}: reading it threw ${named(error)}`, path, {
        cause: error,
      });
    }
    if (typeof this.value === "symbol") {
      return new NotTransferable(
        `Cannot copy ${path}: another thread does not know the symbol ${String(this.value)}; make it by Symbol.for()`,
        path,
      );
    }
    const advice = isThenable(this.value)
      ? "await it first"
      : "use hold() to keep it on its own side, or pass on its data";
    return new NotTransferable(
      `Cannot copy ${path}: ${describe(this.value)} can be neither copied nor called; ${advice}`,
      path,
    );
  }
}

/** An error that is to reach the caller as it is, from wherever in a value it was thrown. */
export class Passing {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

/**
 * What to throw on, where writing a part of a value threw: with the step to that part.
 *
 * Nothing else is known of an error than that the part could not be read: an accessor, a proxy's trap or a `toData()`
 * threw it.
 */
export function located(error: unknown, step: Step): unknown {
  if (error instanceof Refusal) return error.under(step);
  if (error instanceof Passing || isOverflow(error)) return error;
  return new Refusal(undefined, { error }).under(step);
}

/**
 * Whether an error is that the stack is full. V8 throws a SyntaxError where it cannot compile a regular expression for want of
 * stack, and so may an accessor of the value's own.
 */
export function isOverflow(error: unknown): boolean {
  if (error instanceof SyntaxError) {
    const { message } = error;
    return (
      message.startsWith("Invalid regular expression") &&
      (message.includes("call stack") || message.includes("Stack overflow"))
    );
  }
  if (!(error instanceof RangeError)) return false;
  // By no regular expression: where the stack is full, none can be compiled.
  const { message } = error;
  return message.includes("call stack") || message.includes("nested so deeply");
}

function named(error: unknown): string {
  try {
    if (error instanceof Error) return `${error.name}: ${error.message}`;
    return typeof error === "object" || typeof error === "function" ? describe(error) : String(error);
  } catch {
    return "something that cannot be read either";
  }
}

function isThenable(value: unknown): boolean {
  try {
    return typeof (value as { then?: unknown }).then === "function";
  } catch {
    return false;
  }
}

function describe(value: unknown): string {
  if (typeof value !== "object" || value === null) return `a ${typeof value}`;
  const name = nameOf(value);
  if (isDetached(value)) return `a detached ${name}`;
  if (name !== "Object") return `an instance of ${name}`;
  return isThenable(value) ? "an object with a then method" : "an object with methods";
}

function nameOf(value: object): string {
  try {
    // A constructor of the object's own may be any property, and be computed.
    const { name } = Object.hasOwn(value, "constructor") ? Object : value.constructor;
    if (typeof name === "string" && name !== "" && name !== "Object") return name;
    return builtInTag(value).slice("[object ".length, -1);
  } catch {
    // Some have no constructor, and some throw when asked.
    return "Object";
  }
}

/** Whether the memory of a buffer or a view has gone elsewhere, or has shrunk from under the view. */
export function isDetached(value: object): boolean {
  try {
    if (ArrayBuffer.isView(value)) return value.byteLength < 0 || isDetached(value.buffer);
    // The one question that every runtime answers: `detached` is missing in some.
    const isBuffer = Object.prototype.toString.call(value) === "[object ArrayBuffer]";
    if (isBuffer && (value as ArrayBuffer).byteLength === 0) new Uint8Array(value as ArrayBuffer);
    return false;
  } catch (error) {
    if (isOverflow(error)) throw error;
    return true;
  }
}

function spelled(key: string | symbol): string {
  if (typeof key === "symbol") return `[${String(key)}]`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function literal(key: unknown): string {
  if (typeof key === "bigint") return `${key}n`;
  return typeof key === "string" ? JSON.stringify(key) : String(key);
}
