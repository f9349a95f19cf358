/**
 * Which objects tell of events: whoever is given a new one has to listen before the event loop turns, or misses some.
 *
 * @module
 */

const known = new WeakMap<object, boolean>();

/** Whether an object is an emitter of Node's kind, or an event target. Runs no code of its own. */
export function isEmitter(object: unknown): boolean {
  if (typeof object !== "object" || object === null) return false;
  const prototype = Object.getPrototypeOf(object) as object | null;
  if (prototype === null || prototype === Object.prototype) return false;
  let isOne = known.get(prototype);
  if (isOne === undefined) {
    isOne =
      (hasMethod(prototype, "on") && hasMethod(prototype, "emit")) ||
      (hasMethod(prototype, "addEventListener") && hasMethod(prototype, "dispatchEvent"));
    known.set(prototype, isOne);
  }
  return isOne;
}

function hasMethod(prototype: object, key: string): boolean {
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const property = Object.getOwnPropertyDescriptor(at, key);
    if (property !== undefined) return typeof property.value === "function";
  }
  return false;
}
