/**
 * What an object is to the language, whatever it says of itself.
 *
 * @module
 */

/**
 * What kind of built-in an object is, as `Object.prototype.toString()` says it. That would read a `Symbol.toStringTag` of the object's
 * own, which may be computed, and would be read a second time when it is copied.
 */
export function builtInTag(object: object): string {
  const own = Object.getOwnPropertyDescriptor(object, Symbol.toStringTag);
  // A module's namespace, Math and the like have one that is theirs.
  if (own === undefined || (typeof own.value === "string" && !own.writable && !own.enumerable)) {
    return Object.prototype.toString.call(object);
  }
  return Object.prototype.toString.call(Object.create(Object.getPrototypeOf(object)));
}
