/**
 * The arguments of a task that has to wait for a thread, copied or moved at the call: what the caller does to its own values
 * afterwards does not reach the task.
 *
 * The copy stays on this side, and is written for the thread when one takes the task. So what does not cross as a copy (functions,
 * live objects, ports) stands in it as itself.
 *
 * @module
 */

import { type AnyFunction, type Extension, Reader, Writer } from "../wire/codec.ts";
import { isMoving, notMovable, transfer } from "../wire/transfer.ts";
import { isLendable } from "./lending.ts";
import { liveOf } from "./live_object.ts";
import { readWebValue, writeWebValue } from "./web_values.ts";

const ITSELF = 0;
const METHOD = 1;
const WEB = 2;

/** Of an object that a copy was made of here, the original: methods are called on that. */
const originals = new WeakMap<object, object>();

/** The object that a method of the caller's is called on: the caller's own, not the copy that waited for a thread. */
export function originalOf(holder: object): object {
  return originals.get(holder) ?? holder;
}

/** Has functions, live objects and the like stand in a copy as themselves. */
class ThemselvesCodec implements Extension {
  readonly keepsForms = true;
  #values: object[] = [];
  readonly #holders = new Map<object, object>();

  /** Lets go of what stood in the copy. */
  forget(): void {
    this.#values = [];
    this.#holders.clear();
  }

  write(value: AnyFunction, writer: Writer, holder?: object): boolean {
    writer.uint(holder === undefined ? ITSELF : METHOD);
    writer.uint(this.#values.push(value) - 1);
    if (holder !== undefined) {
      this.#holders.set(value, holder);
      // It is being written, so this is a reference to it.
      writer.write(holder);
    }
    return true;
  }

  isTheirs(object: object): boolean {
    return liveOf(object) !== undefined;
  }

  writeObject(object: object, writer: Writer): boolean {
    if (writeWebValue(object, writer, false, () => writer.uint(WEB))) return true;
    if (!isLendable(object)) return false;
    writer.uint(ITSELF);
    writer.uint(this.#values.push(object) - 1);
    return true;
  }

  read(reader: Reader): unknown {
    const kind = reader.uint();
    if (kind === WEB) return readWebValue(reader);
    const value = this.#values[reader.uint()] as object;
    if (kind === METHOD) {
      const holder = this.#holders.get(value) as object;
      originals.set(reader.value() as object, originalOf(holder));
    }
    return value;
  }
}

/** Copies one task's arguments after the other's: its buffer is made once. */
class Copier {
  readonly #codec = new ThemselvesCodec();
  readonly #writer = new Writer(this.#codec);
  readonly #reader = new Reader(this.#codec);

  copy(args: readonly unknown[]): readonly unknown[] {
    try {
      this.#writer.begin();
      this.#writer.value(args, "arguments");
      const { bytes, attachments, transfer: leaving } = this.#writer.finish();
      this.#reader.begin(bytes, moved(attachments, leaving));
      const copy = this.#reader.value() as readonly unknown[];
      this.#reader.end();
      return copy;
    } finally {
      this.#codec.forget();
    }
  }
}

let spare: Copier | undefined;

/**
 * Copies a task's arguments, and moves the buffers in them that are to move.
 *
 * @throws {NotTransferable} When something in them can be neither copied nor called.
 */
export function copyArguments(args: readonly unknown[]): readonly unknown[] {
  // An accessor in them may itself start a task: then that one's need a copier of their own.
  const copier = spare ?? new Copier();
  spare = undefined;
  try {
    return copier.copy(args);
  } finally {
    spare = copier;
  }
}

/** The attachments, with the buffers among them in new hands, to move again when the task is sent. */
function moved(attachments: readonly object[], leaving: readonly object[]): readonly object[] {
  const moving = leaving.filter(isMoving) as ArrayBuffer[];
  if (moving.length === 0) return attachments;
  let taken: ArrayBuffer[];
  try {
    taken = structuredClone(moving, { transfer: moving });
  } catch (cause) {
    throw notMovable(cause);
  }
  transfer(taken, taken);
  return attachments.map((object) => taken[moving.indexOf(object as ArrayBuffer)] ?? object);
}
