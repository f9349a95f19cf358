/**
 * What is both a promise and an object of its own: a subprocess, a query that is built and runs when it is awaited.
 *
 * @module
 */

/** What every promise has, and every object. */
const COMMON: ReadonlySet<string> = new Set(["then", "catch", "finally", "constructor"]);

/** Whether a value can be awaited, and has members of its own beside. Runs none of its accessors, apart from `then`. */
export function isMoreThanPromise(value: unknown): value is object {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  if (value instanceof Promise && Object.getPrototypeOf(value) === Promise.prototype && hasNoOwn(value))
    return false;
  if (typeof (value as { then?: unknown }).then !== "function") return false;
  // By its type no more than a promise, whatever the library keeps there for itself.
  if ((value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === "PrismaPromise") return false;
  const isIterable = Symbol.asyncIterator in value || Symbol.iterator in value;
  return isIterable || membersOf(value).some((key) => !COMMON.has(key));
}

/** Whether an object runs when it is awaited, as a query that is built, and is used as an object until then. */
export function isBuilder(object: object): boolean {
  try {
    return !(object instanceof Promise) && isMoreThanPromise(object);
  } catch {
    // A proxy's trap threw.
    return false;
  }
}

/** The names of the members that an object has itself or by its class. */
export function membersOf(value: object): string[] {
  const ends: readonly unknown[] = [Object.prototype, Function.prototype, null];
  const names = new Set<string>();
  for (let at: unknown = value; !ends.includes(at); at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) names.add(name);
  }
  return [...names];
}

function hasNoOwn(value: object): boolean {
  return Object.getOwnPropertyNames(value).length === 0;
}
