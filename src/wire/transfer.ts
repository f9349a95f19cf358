/**
 * Buffers that move to the other thread instead of being copied.
 *
 * @module
 */

import { NotTransferable } from "../base/errors.ts";
import { sharedByCopies } from "../runtime/copies.ts";
import { said } from "./said.ts";

let found: WeakSet<object> | undefined;

function moving(): WeakSet<object> {
  found ??= sharedByCopies("moving", () => new WeakSet<object>());
  return found;
}

/** Whether `buffer` is to move. */
export function isMoving(buffer: object): boolean {
  return moving().has(buffer);
}

/**
 * Has buffers move instead of being copied when a value crosses next, as `postMessage` does it with its transfer list.
 *
 * Works both ways: on arguments, on results, and on what is nested in them. The buffers are detached when the value has
 * been sent; when that fails they stay. A `SharedArrayBuffer` is always shared, and a `MessagePort` always moves.
 *
 * @param value The value that is about to cross.
 * @param buffers The buffers in it that move.
 * @returns The value.
 * @throws {TypeError} when one of the buffers is no ArrayBuffer.
 *
 * @example
 * ```ts
 * import { transfer } from "awaitlet";
 * import * as assert from "uvu/assert";
 *
 * const image = new Uint8Array(1_000_000);
 * assert.is(transfer(image, [image.buffer]), image); // await logic.blur(transfer(image, [image.buffer]))
 * ```
 */
export function transfer<T>(value: T, buffers: readonly ArrayBuffer[]): T {
  for (const buffer of buffers) {
    if (Object.prototype.toString.call(buffer) !== "[object ArrayBuffer]") {
      throw new TypeError(
        `transfer: ${Object.prototype.toString.call(buffer)} cannot move; name ArrayBuffers, such as array.buffer`,
      );
    }
  }
  for (const buffer of buffers) moving().add(buffer);
  return value;
}

/** The runtime refuses to move something, and no runtime tells beforehand what it would refuse. */
export function notMovable(cause: unknown): NotTransferable {
  return new NotTransferable(
    `Cannot move a port or a buffer to the other thread: ${said(cause)}; it must be open, and not have moved before`,
    "transfer",
    { cause },
  );
}
