/**
 * Values and errors as bytes: what structured clone copies, without its losses, the same on every runtime.
 *
 * @module
 */

import type { Reader } from "./reader.ts";
import type { Writer } from "./writer.ts";

export { type ClassForm, isClassed, registerClass } from "./class_codec.ts";
export { type ErrorClass, registerError } from "./error_codec.ts";
export { type Loads, NotLoaded } from "./not_loaded.ts";
export type { Packet } from "./packet.ts";
export { Reader, type TakesBuffers } from "./reader.ts";
export { Writer } from "./writer.ts";

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
   * @param holder The plain object whose property the function is, and which it may be called on.
   * @returns Whether it was written. When not, the function is refused.
   */
  write(value: AnyFunction, writer: Writer, holder?: object): boolean;

  /**
   * Writes what stands for an object that can be neither copied nor made anew.
   *
   * @returns Whether it was written. When not, the object is refused.
   */
  writeObject?(object: object, writer: Writer): boolean;

  /**
   * Writes a list of objects that can be neither copied nor made anew, where they are alike.
   *
   * @param list The array's elements, of which the first is an object that is no array, and no plain one.
   * @returns Whether it was written.
   */
  writeList?(list: readonly unknown[], writer: Writer): boolean;

  /** Whether objects may be written by `writeObject()` that this side keeps. */
  lends?: boolean;

  /**
   * Whether an object of a subclass of `Date`, `Map` and the like is copied as one of these, without the methods of its class:
   * there it is what it is at bottom, and gives values at once.
   */
  readonly copiesSubclasses?: boolean;

  /** Whether objects of registered classes are read as what they cross as, to be written again for another thread. */
  readonly keepsForms?: boolean;

  /** Whether recorded expressions may be written. */
  records?: boolean;

  /** Whether an object is the other side's: then it is written by `writeObject()`, and not looked into. */
  isTheirs?(object: object): boolean;

  /** A place to `rewind()` to, when what was written since is taken back. */
  mark?(): number;
  rewind?(mark: number): void;

  /**
   * Reads what `write()` or `writeObject()` wrote.
   *
   * @param reader Where to read it from.
   * @returns What the other side gets in the function's place.
   */
  read(reader: Reader): unknown;
}
