import { NotTransferable } from "../errors.ts";

/** Thrown inside a writer where a value cannot cross. Whoever named the root turns it into NotTransferable. */
export class Refusal {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }

  /** Looks for the value once more, from the root, so that writing need not keep track of where it is. */
  explain(root: unknown, name: string): NotTransferable {
    const path = pathTo(this.value, root, name);
    const advice = isThenable(this.value)
      ? "await it first"
      : "use hold() to keep it on its own side, or pass on its data";
    return new NotTransferable(
      `Cannot copy ${path}: ${describe(this.value)} can be neither copied nor called; ${advice}`,
      path,
    );
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
    const { name } = value.constructor;
    if (typeof name === "string" && name !== "" && name !== "Object") return name;
  } catch {
    // Some have no constructor, and some throw when asked.
  }
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}

/** Whether the memory of a buffer or a view has gone elsewhere, or has shrunk from under the view. */
export function isDetached(value: object): boolean {
  try {
    if (ArrayBuffer.isView(value)) return value.byteLength < 0 || isDetached(value.buffer);
    // The one question that every runtime answers: `detached` is missing in some.
    const isBuffer = Object.prototype.toString.call(value) === "[object ArrayBuffer]";
    if (isBuffer && (value as ArrayBuffer).byteLength === 0) new Uint8Array(value as ArrayBuffer);
    return false;
  } catch {
    return true;
  }
}

interface Step {
  readonly value: unknown;
  readonly parent: Step | undefined;
  readonly before: string;
  readonly after: string;
}

function pathTo(culprit: unknown, root: unknown, name: string): string {
  const steps: Step[] = [{ value: root, parent: undefined, before: "", after: "" }];
  const seen = new Set<unknown>();
  // Breadth first: of several ways to the same value this is the shortest.
  for (const step of steps) {
    if (step.value === culprit) return spell(step, name);
    if (typeof step.value !== "object" || step.value === null || seen.has(step.value)) continue;
    seen.add(step.value);
    try {
      for (const child of childrenOf(step.value, step)) steps.push(child);
    } catch {
      // What throws when looked at a second time has no children to speak of.
    }
  }
  return name;
}

function* childrenOf(value: object, parent: Step): Generator<Step> {
  if (value instanceof Map) {
    let i = 0;
    for (const [key, item] of value) {
      const named = typeof key !== "object" && typeof key !== "symbol" && typeof key !== "function";
      yield { value: key, parent, before: "[...", after: `.keys()][${i}]` };
      if (named) yield { value: item, parent, before: "", after: `.get(${literal(key)})` };
      else yield { value: item, parent, before: "[...", after: `.values()][${i}]` };
      i++;
    }
  } else if (value instanceof Set) {
    let i = 0;
    for (const item of value) yield { value: item, parent, before: "[...", after: `][${i++}]` };
  } else if (!ArrayBuffer.isView(value)) {
    for (const key of Object.keys(value)) {
      yield { value: read(value, key), parent, before: "", after: property(value, key) };
    }
  }
}

/** A getter that throws hides nothing but itself. */
function read(value: object, key: string): unknown {
  try {
    return Reflect.get(value, key);
  } catch {
    return undefined;
  }
}

function property(value: object, key: string): string {
  if (Array.isArray(value) && /^\d+$/.test(key)) return `[${key}]`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function literal(key: unknown): string {
  if (typeof key === "bigint") return `${key}n`;
  return typeof key === "string" ? JSON.stringify(key) : String(key);
}

function spell(step: Step, name: string): string {
  const { parent, before, after } = step;
  return parent === undefined ? name : before + spell(parent, name) + after;
}
