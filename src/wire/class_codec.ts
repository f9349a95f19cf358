import { sharedByCopies } from "../runtime/copies.ts";
import { NotLoaded } from "./not_loaded.ts";
import type { Reader } from "./reader.ts";
import * as tag from "./tags.ts";
import type { Writer } from "./writer.ts";

/** How objects of a class cross: as data, and made anew of it. */
export interface ClassForm<T, D> {
  /** The module that registers the class, as its `import.meta.url`. It is loaded where an object arrives before it is. */
  readonly module: string;
  /** The name of the class among those of its module. Default: its own, which a minifier may change. */
  readonly name?: string;
  /** What of an object crosses. It may hold whatever can cross. */
  readonly toData: (object: T) => D;
  /** Makes an object of what has crossed. */
  readonly fromData: (data: D) => T;
}

const NO_MODULE =
  "its module has no URL, as import.meta.url is undefined in a CommonJS bundle; see docs/bundling.md of awaitlet";

/** Stands for the data of an object. */
const DATA = Symbol("data");

interface Registered {
  readonly name: string;
  readonly form: ClassForm<object, unknown>;
}

/** The registered classes, of all copies of awaitlet together. */
interface Classes {
  readonly byPrototype: WeakMap<object, Registered>;
  readonly byName: Map<string, Registered>;
}

let found: Classes | undefined;

function classes(): Classes {
  found ??= sharedByCopies("classes", () => ({ byPrototype: new WeakMap(), byName: new Map() }));
  return found;
}

/** Whether objects of a prototype cross as the data of a registered class. */
export function isClassed(prototype: object): boolean {
  return classes().byPrototype.has(prototype);
}

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
  const { module, name = Class.name } = form;
  const registered = { name, form: form as unknown as ClassForm<object, unknown> };
  classes().byPrototype.set(Class.prototype, registered);
  classes().byName.set(key(module, name), registered);
}

/** What an object of a registered class crosses as, on a thread that passes it on. */
class Formed {
  readonly module: string;
  readonly name: string;
  readonly data: unknown;

  constructor(module: string, name: string, data: unknown) {
    this.module = module;
    this.name = name;
    this.data = data;
  }
}

/** Writes an object of a registered class. Returns whether it is one. */
export function writeClassed(writer: Writer, object: object, prototype: object | null): boolean {
  if (prototype === Formed.prototype) {
    const { module, name, data } = object as Formed;
    writeForm(writer, object, module, name, () => data);
    return true;
  }
  const registered = prototype === null ? undefined : classes().byPrototype.get(prototype);
  if (registered === undefined) return false;
  const { name, form } = registered;
  if (typeof form.module !== "string") throw new TypeError(`registerClass(${name}): ${NO_MODULE}`);
  writeForm(writer, object, form.module, name, () =>
    writer.reads.get(object, DATA, () => form.toData(object)),
  );
  return true;
}

function writeForm(writer: Writer, object: object, module: string, name: string, data: () => unknown): void {
  writer.byte(tag.CLASSED);
  writer.string(module);
  writer.string(name);
  writer.unfinished(object, () => writer.write(data()));
}

/**
 * Reads what `writeClassed()` wrote after its tag.
 *
 * @throws {NotLoaded} When the class is not registered here yet.
 */
export function readClassed(reader: Reader): object {
  const module = reader.string();
  const name = reader.string();
  if (reader.extension.keepsForms) return new Formed(module, name, reader.value());
  const registered = classes().byName.get(key(module, name));
  if (registered === undefined && !reader.isOptional) throw new NotLoaded(module);
  const data = reader.value();
  return reader.make(() => {
    if (registered === undefined) throw new NotLoaded(module);
    return registered.form.fromData(data);
  }) as object;
}
