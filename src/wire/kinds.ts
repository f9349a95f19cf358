import { builtInTag } from "./built_in_tag.ts";
import { isOverflow } from "./refusal.ts";
import { isMoving } from "./transfer.ts";

/** How an object crosses. */
export type Kind =
  | "plain"
  | "bare"
  | "map"
  | "set"
  | "date"
  | "regexp"
  | "boxed"
  | "error"
  | "view"
  | "buffer"
  | "attached"
  | "transferred"
  | "refused";

interface Brand {
  readonly kind: Kind;
  /** The built-in class, which subclasses without methods cross as. */
  readonly base: string;
  /** Throws for what only looks like one. */
  readonly prove: (value: object) => unknown;
}

const getterOf = (Class: { prototype: object }, key: string) =>
  Object.getOwnPropertyDescriptor(Class.prototype, key)?.get as () => unknown;

const brand = (kind: Kind, base: string, method: () => unknown): [string, Brand] => [
  `[object ${base}]`,
  { kind, base, prove: (value) => method.call(value) },
];

const brands = new Map<string, Brand>([
  brand("map", "Map", getterOf(Map, "size")),
  brand("set", "Set", getterOf(Set, "size")),
  brand("date", "Date", Date.prototype.getTime),
  brand("regexp", "RegExp", getterOf(RegExp, "source")),
  brand("boxed", "Boolean", Boolean.prototype.valueOf),
  brand("boxed", "Number", Number.prototype.valueOf),
  brand("boxed", "String", String.prototype.valueOf),
  brand("boxed", "BigInt", BigInt.prototype.valueOf),
  brand("buffer", "ArrayBuffer", getterOf(ArrayBuffer, "byteLength")),
  brand("attached", "SharedArrayBuffer", getterOf(SharedArrayBuffer, "byteLength")),
  brand("plain", "Object", () => {}),
  ["[object Arguments]", { kind: "plain", base: "Object", prove: () => {} }],
]);

/**
 * Tells how an object crosses that is neither an array nor an object of `Object.prototype`.
 *
 * @param copiesSubclasses Whether one of a subclass of the language's own classes is copied without its methods.
 */
export function kindOf(value: object, copiesSubclasses: boolean = false): Kind {
  if (ArrayBuffer.isView(value)) return "view";
  if (isError(value)) return "error";
  const tag = builtInTag(value);
  // Node gives ports no tag; a port of another realm has nothing but its tag.
  if (value instanceof MessagePort || tag === "[object MessagePort]") return "transferred";
  if (isNamespace(value)) return "bare";
  const brand = brands.get(tag);
  if (brand === undefined) return "refused";
  try {
    brand.prove(value);
  } catch (error) {
    if (isOverflow(error)) throw error;
    return "refused";
  }
  if (!(copiesSubclasses && brand.base !== "Object") && hasMethods(value, brand.base)) return "refused";
  return brand.kind === "buffer" && isMoving(value) ? "transferred" : brand.kind;
}

/** Whether an object is a module's namespace. In Bun it has a prototype, with an accessor. */
function isNamespace(value: object): boolean {
  const property = Object.getOwnPropertyDescriptor(value, Symbol.toStringTag);
  return property?.value === "Module" && property.configurable === false;
}

/** The primitive value that a boxed one holds, whatever properties were put on it. */
export function unbox(value: object): unknown {
  return brands.get(builtInTag(value))?.prove(value);
}

const isNativeError = Reflect.get(Error, "isError") as ((value: unknown) => boolean) | undefined;

/** Whether a value is an error: of this realm or another, or a DOMException. */
export function isError(value: unknown): value is Error {
  return (
    isNativeError?.(value) === true ||
    value instanceof Error ||
    builtInTag(value as object) === "[object Error]"
  );
}

/** Whether a class between the value and its built-in class has methods or accessors, which a copy would lose. */
export function hasMethods(value: object, base: string): boolean {
  let prototype = Object.getPrototypeOf(value);
  while (prototype !== null && !isBuiltIn(prototype, base)) {
    for (const key of Reflect.ownKeys(prototype)) {
      if (key === "constructor") continue;
      const property = Object.getOwnPropertyDescriptor(prototype, key);
      if (property?.get || property?.set || typeof property?.value === "function") return true;
    }
    prototype = Object.getPrototypeOf(prototype);
  }
  return false;
}

/** Whether an object is the prototype of a built-in class, in this realm or another. */
function isBuiltIn(prototype: object, name: string): boolean {
  const Class = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  if (typeof Class !== "function" || Class.prototype !== prototype || Class.name !== name) return false;
  return (
    Class === Reflect.get(globalThis, name) || /\[native code\]/.test(Function.prototype.toString.call(Class))
  );
}

/** Whether an object is one of the language's own collections of functions, such as Math. */
export function isBuiltInNamespace(object: object): boolean {
  const property = Object.getOwnPropertyDescriptor(object, Symbol.toStringTag);
  return typeof property?.value === "string" && !property.enumerable && !property.writable;
}
