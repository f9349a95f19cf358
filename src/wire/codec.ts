/**
 * Values and errors as bytes: what structured clone copies, without its losses, the same on every runtime.
 *
 * @module
 */

import type { Reader } from "./reader.ts";
import type { Writer } from "./writer.ts";

import "./own_errors.ts";

export { type ClassForm, registerClass } from "./class_codec.ts";
export { type ErrorClass, registerError } from "./error_codec.ts";
export { isCopied } from "./kinds.ts";
export { NotLoaded } from "./not_loaded.ts";
export { Reader } from "./reader.ts";
export { type Packet, Writer } from "./writer.ts";

/** Anything that `typeof` calls a function: classes and proxies too. */
// biome-ignore lint/complexity/noBannedTypes: nothing narrower holds them all
export type AnyFunction = Function;

/** What stands for functions on the wire: references and recorded expressions, written in place by their owner. */
export interface Extension {
  /**
   * Writes what stands for a function. The same function again in the same message is not asked about.
   *
   * @param value The function; maybe a proxy whose traps throw.
   * @param writer Takes what stands for it: integers, strings, and values, which may hold functions again.
   * @returns Whether it was written. When not, the function is refused.
   */
  write(value: AnyFunction, writer: Writer): boolean;

  /**
   * Reads what `write()` wrote.
   *
   * @param reader Where to read it from.
   * @returns What the other side gets in the function's place.
   */
  read(reader: Reader): unknown;
}
