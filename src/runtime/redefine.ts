/**
 * Properties of the runtime's own objects that this library sees to, on the threads that it has started.
 *
 * @module
 */

/** Has `key` of `object` give what `change` makes of its value. Where that is made when it is first read, so it stays. */
export function redefine<T extends object, K extends keyof T>(
  object: T,
  key: K,
  change: (value: T[K]) => T[K],
): void {
  const { get, value } = Object.getOwnPropertyDescriptor(object, key) ?? {};
  let made: { readonly value: T[K] } | undefined;
  Object.defineProperty(object, key, {
    configurable: true,
    enumerable: true,
    get: () => {
      if (made === undefined) {
        // Kept before it is changed: to change a standard stream makes Node read it again.
        const before: T[K] = get === undefined ? value : get.call(object);
        made = { value: before };
        made = { value: change(before) };
      }
      return made.value;
    },
    set: (next: T[K]) => {
      made = { value: next };
    },
  });
}
