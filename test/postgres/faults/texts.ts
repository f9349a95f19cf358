import { inspect } from "node:util";

/** Every text that stands anywhere in a value: in properties hidden and inherited, in causes, and as it is shown. */
export function textsOf(value: unknown): string[] {
  const texts: string[] = [inspect(value, { depth: 9, showHidden: true })];
  const seen = new Set<object>();
  const walk = (part: unknown): void => {
    if (typeof part === "string") texts.push(part);
    if ((typeof part !== "object" && typeof part !== "function") || part === null || seen.has(part)) return;
    seen.add(part);
    if (part instanceof Uint8Array) texts.push(new TextDecoder().decode(part));
    for (const key of Reflect.ownKeys(part)) {
      texts.push(String(key));
      walk((part as Record<PropertyKey, unknown>)[key]);
    }
    const parent: object | null = Object.getPrototypeOf(part);
    if (parent !== null && !isBuiltIn(parent)) walk(parent);
  };
  walk(value);
  return texts;
}

function isBuiltIn(prototype: object): boolean {
  return [Object, Error, Array, Function, Map, Set].some((Class) => Class.prototype === prototype);
}
