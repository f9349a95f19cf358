/**
 * The own data of an object that stays on its thread, as they cross.
 *
 * @module
 */

import type { Reader, Writer } from "../wire/codec.ts";
import { isKnownSymbol } from "../wire/symbols.ts";
import type { OwnProperty } from "./live_object.ts";

const ENUMERABLE = 1;
/** The value is read from the original when it is asked for: it is computed there, or cannot be copied. */
const REMOTE = 2;
const END = 4;

const OF_FUNCTIONS: ReadonlySet<string | symbol> = new Set(["prototype", "arguments", "caller"]);

/** Writes the own properties of an object. What of them cannot be copied is left to be asked for. */
export function writeOwn(object: object, writer: Writer): void {
  const isArray = Array.isArray(object);
  const isFunction = typeof object === "function";
  for (const key of Reflect.ownKeys(object)) {
    if (typeof key === "symbol" && !isKnownSymbol(key)) continue;
    if ((isArray && key === "length") || (isFunction && OF_FUNCTIONS.has(key))) continue;
    const property = Object.getOwnPropertyDescriptor(object, key);
    if (property === undefined) continue;
    const flags = property.enumerable === true ? ENUMERABLE : 0;
    if ("value" in property) {
      const { value } = property as { value: unknown };
      if (typeof value !== "object" && typeof value !== "function" && typeof value !== "symbol") {
        writeProperty(flags, key, writer);
        writer.write(value);
        continue;
      }
      const isWritten = writer.attempt(() => {
        writeProperty(flags, key, writer);
        writer.write(value);
      });
      if (isWritten) continue;
    }
    writeProperty(flags | REMOTE, key, writer);
  }
  writer.byte(END);
}

function writeProperty(flags: number, key: string | symbol, writer: Writer): void {
  writer.byte(flags);
  writer.write(key);
}

/** Reads what `writeOwn()` wrote. */
export function readOwn(reader: Reader): OwnProperty[] {
  const properties: OwnProperty[] = [];
  for (let flags = reader.byte(); flags !== END; flags = reader.byte()) {
    const key = reader.value() as string | symbol;
    const isEnumerable = (flags & ENUMERABLE) !== 0;
    if ((flags & REMOTE) !== 0) properties.push({ key, isEnumerable });
    else properties.push({ key, isEnumerable, value: { value: reader.value() } });
  }
  return properties;
}
