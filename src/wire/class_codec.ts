import { NotLoaded } from "./not_loaded.ts";
import type { Reader } from "./reader.ts";
import * as tag from "./tags.ts";
import type { Writer } from "./writer.ts";

/** How objects of a class cross: as data, and made anew of it. */
export interface ClassForm<T, D> {
  /** The module that registers the class, as its `import.meta.url`. It is loaded where an object arrives before it is. */
  readonly module: string;
  /** What of an object crosses. It may hold whatever can cross. */
  readonly toData: (object: T) => D;
  /** Makes an object of what has crossed. */
  readonly fromData: (data: D) => T;
}

interface Registered {
  readonly name: string;
  readonly form: ClassForm<object, unknown>;
}

const byPrototype = new WeakMap<object, Registered>();
const byName = new Map<string, Registered>();

/** Two modules may each have a class of the same name. */
const key = (module: string, name: string): string => `${module}#${name}`;

/**
 * Lets objects of a class cross to another thread, where they would be refused for their methods. Do it in the module of
 * the class itself.
 *
 * Each side has objects of its own: what is changed on one is not on the other.
 *
 * @typeParam T The objects.
 * @typeParam D What of them crosses.
 * @param Class The class. Objects of its subclasses do not cross by it.
 * @param form Its module, and how an object becomes data and the data an object.
 *
 * @example
 * ```ts
 * import { registerClass } from "awaitlet";
 *
 * export class Money {
 *   readonly cents: number;
 *   constructor(cents: number) {
 *     this.cents = cents;
 *   }
 *   toString() {
 *     return (this.cents / 100).toFixed(2);
 *   }
 * }
 * registerClass(Money, {
 *   module: import.meta.url,
 *   toData: ({ cents }) => cents,
 *   fromData: (cents) => new Money(cents),
 * });
 * ```
 */
export function registerClass<T extends object, D>(
  Class: abstract new (...args: never[]) => T,
  form: ClassForm<T, D>,
): void {
  // What is found by an object's prototype is given that class's objects, and by its name that class's data.
  const registered = { name: Class.name, form: form as unknown as ClassForm<object, unknown> };
  byPrototype.set(Class.prototype, registered);
  byName.set(key(form.module, Class.name), registered);
}

/** Writes an object of a registered class. Returns whether it is one. */
export function writeClassed(writer: Writer, object: object, prototype: object | null): boolean {
  const registered = prototype === null ? undefined : byPrototype.get(prototype);
  if (registered === undefined) return false;
  const { name, form } = registered;
  writer.byte(tag.CLASSED);
  writer.string(form.module);
  writer.string(name);
  writer.write(form.toData(object));
  return true;
}

/**
 * Reads what `writeClassed()` wrote after its tag.
 *
 * @throws {NotLoaded} When the class is not registered here yet.
 */
export function readClassed(reader: Reader): object {
  const module = reader.string();
  const name = reader.string();
  const registered = byName.get(key(module, name));
  if (registered === undefined) throw new NotLoaded(module);
  return registered.form.fromData(reader.value());
}

/** Whether objects with this prototype cross by what their class says. */
export function isClassed(prototype: object | null): boolean {
  return prototype !== null && byPrototype.has(prototype);
}
