import { runtime } from "../runtime/current.ts";
import { malformed } from "./byte_reader.ts";
import type { Reader } from "./reader.ts";
import { isDetached, Refusal } from "./refusal.ts";
import * as tag from "./tags.ts";
import { isMoving } from "./transfer.ts";
import type { Writer } from "./writer.ts";

// The place in this list is the kind on the wire.
const KINDS: readonly string[] = [
  "DataView",
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float16Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
  "Buffer",
];
const BUFFER = KINDS.indexOf("Buffer");

/** From this size on a copy is made at once, and goes beside the bytes: to write and read it would be two copies more. */
export const LARGE: number = 32 * 1024;

interface ViewClass {
  readonly prototype: ArrayBufferView;
  readonly BYTES_PER_ELEMENT?: number;
  new (buffer: ArrayBufferLike, offset: number, length?: number): ArrayBufferView;
}

const typedArrayName = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)?.get as () => string | undefined;

/** Writes a DataView or typed array. */
export function writeView(writer: Writer, view: ArrayBufferView): void {
  if (isDetached(view)) throw new Refusal(view);
  const prototype: unknown = Object.getPrototypeOf(view);
  const isBuffer = prototype === runtime.Buffer.prototype;
  const kind = isBuffer ? BUFFER : KINDS.indexOf(typedArrayName.call(view) ?? "DataView");
  const Class = classOf(kind);
  const { buffer, byteOffset, byteLength } = view;
  const isShared = Object.prototype.toString.call(buffer) === "[object SharedArrayBuffer]";
  // A subclass, such as Node's Buffer, may show a part of a pool whose rest belongs to strangers: its own bytes only.
  if ((isBuffer || prototype !== Class.prototype) && !isShared && !isMoving(buffer)) {
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    writer.sources.push(bytes);
    if (byteLength >= LARGE) {
      writer.byte(tag.VIEW);
      writer.byte(kind);
      writer.uint(0);
      writer.uint(byteLength / (Class.BYTES_PER_ELEMENT ?? 1) + 1);
      writer.attachCopyOf(bytes);
      return;
    }
    writer.byte(tag.LONE_VIEW);
    writer.byte(kind);
    writer.uint(byteLength);
    writer.raw(bytes);
    return;
  }
  const size = Class.BYTES_PER_ELEMENT ?? 1;
  writer.byte(tag.VIEW);
  writer.byte(kind);
  writer.uint(byteOffset);
  writer.uint(followsBuffer(view, size) ? 0 : byteLength / size + 1);
  writer.write(buffer);
}

/** Reads what `writeView()` wrote after tag.VIEW. */
export function readView(reader: Reader): ArrayBufferView {
  const Class = classOf(reader.byte());
  const offset = reader.uint();
  const length = reader.uint();
  const buffer = reader.value() as ArrayBufferLike;
  // Given anything else the class would allocate, or copy.
  if (!/Buffer\]$/.test(Object.prototype.toString.call(buffer))) throw malformed("a view has no buffer");
  return made(Class, buffer, offset, length === 0 ? undefined : length - 1);
}

/** Reads what `writeView()` wrote after tag.LONE_VIEW. */
export function readLoneView(reader: Reader): ArrayBufferView {
  const Class = classOf(reader.byte());
  return made(Class, reader.taken(reader.copy(reader.count())), 0);
}

function made(Class: ViewClass, buffer: ArrayBufferLike, offset: number, length?: number): ArrayBufferView {
  // The constructor of Buffer is deprecated, and warns.
  if (Class.prototype === runtime.Buffer.prototype) return runtime.Buffer.from(buffer, offset, length);
  return length === undefined ? new Class(buffer, offset) : new Class(buffer, offset, length);
}

/** Writes an ArrayBuffer. */
export function writeBuffer(writer: Writer, buffer: ArrayBuffer): void {
  if (isDetached(buffer)) throw new Refusal(buffer);
  const bytes = new Uint8Array(buffer);
  writer.sources.push(bytes);
  if (buffer.byteLength >= LARGE && !buffer.resizable) {
    writer.attachCopy(new Uint8Array(bytes).buffer);
    return;
  }
  writer.byte(buffer.resizable ? tag.RESIZABLE_BUFFER : tag.BUFFER);
  writer.uint(buffer.byteLength);
  if (buffer.resizable) writer.uint(buffer.maxByteLength);
  writer.raw(bytes);
}

/** Reads what `writeBuffer()` wrote after tag.RESIZABLE_BUFFER. */
export function readResizableBuffer(reader: Reader): ArrayBuffer {
  const size = reader.count();
  return reader.taken(reader.raw(new ArrayBuffer(size, { maxByteLength: reader.uint() })));
}

/** Whether a view grows with its buffer: nothing tells, but one that ends where its buffer ends was most likely made so. */
function followsBuffer(view: ArrayBufferView, size: number): boolean {
  const { buffer } = view;
  const canGrow = "growable" in buffer ? buffer.growable : (buffer as ArrayBuffer).resizable;
  return canGrow && buffer.byteLength - view.byteOffset - view.byteLength < size;
}

function classOf(kind: number): ViewClass {
  const name = KINDS[kind];
  // It has no constructor to be called: `made()` tells it by its prototype.
  if (kind === BUFFER) return runtime.Buffer as unknown as ViewClass;
  const Class = name === undefined ? undefined : (Reflect.get(globalThis, name) as ViewClass | undefined);
  if (Class === undefined) throw malformed(`there is no class here for a view of kind ${name ?? kind}`);
  return Class;
}
