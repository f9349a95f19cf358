import { writeArray } from "./arrays.ts";
import { ByteWriter } from "./byte_writer.ts";
import { writeClassed } from "./class_codec.ts";
import type { AnyFunction, Extension } from "./codec.ts";
import { writeError } from "./error_codec.ts";
import { hasMethods, kindOf, unbox } from "./kinds.ts";
import { ObjectNumbers } from "./object_numbers.ts";
import { Refusal } from "./refusal.ts";
import { type Shape, Shapes } from "./shapes.ts";
import * as tag from "./tags.ts";
import { writeBuffer, writeView } from "./views.ts";

/** Values nested more deeply than this are refused, so that no thread's stack overflows. */
const DEEPEST = 2000;
/** Errors nested more deeply than this in others' fields are left out. */
const DEEPEST_ERROR = 100;

/** A message, ready to go. */
export interface Packet {
  /** A view into the writer's scratch buffer, valid until its next `begin()`. */
  readonly bytes: Uint8Array;
  /** What crosses beside the bytes: memory that is shared, and ports. */
  readonly attachments: readonly object[];
  /** Those of the attachments that move, rather than being shared. */
  readonly transfer: readonly object[];
}

/** Writes messages, each of any number of integers, strings and values. */
export class Writer<E extends Extension = Extension> extends ByteWriter {
  /** What writes functions. */
  readonly extension: E;
  readonly #numbers = new ObjectNumbers();
  readonly #shapes = new Shapes();
  #attachments: object[] = [];
  #transfer: object[] = [];
  #depth = 0;
  #attempts = 0;
  #message = 0;
  /** The latest prototype of class instances that cross as plain objects. */
  #plainPrototype: object | null = null;

  constructor(extension: E) {
    super();
    this.extension = extension;
  }

  /** Starts a message. The bytes of the last one are gone. */
  override begin(): void {
    super.begin();
    this.#forget();
    this.#attachments = [];
    this.#transfer = [];
    this.#depth = 0;
    this.#attempts = 0;
    this.#message++;
  }

  /** Ends the message. */
  finish(): Packet {
    this.#forget();
    return { bytes: this.written(), attachments: this.#attachments, transfer: this.#transfer };
  }

  /**
   * Writes a value.
   *
   * @param value The value.
   * @param name What stands for the value in the path that a refusal names.
   * @throws {NotTransferable} When something in it can be neither copied nor, as a function, called.
   * @throws {RangeError} When it is nested too deeply.
   */
  value(value: unknown, name: string): void {
    const message = this.#message;
    const depth = this.#depth;
    try {
      this.write(value);
    } catch (error) {
      this.#depth = depth;
      if (error instanceof Refusal) throw error.explain(value, name);
      if (isOverflow(error)) throw tooDeep(error);
      throw error;
    }
    // A getter can do anything, such as sending a message of its own.
    if (message !== this.#message) throw new Error(`Cannot copy ${name}: reading it used the same writer`);
  }

  /** Writes a value that stands inside another one: a refusal is left to whoever named the root. */
  write(value: unknown): void {
    switch (typeof value) {
      case "string":
        this.string(value);
        break;
      case "number":
        this.number(value);
        break;
      case "boolean":
        this.byte(value ? tag.TRUE : tag.FALSE);
        break;
      case "object":
        if (value === null) this.byte(tag.NULL);
        else this.#object(value);
        break;
      case "undefined":
        this.byte(tag.UNDEFINED);
        break;
      case "function":
        this.#function(value);
        break;
      case "bigint":
        this.bigint(value);
        break;
      default:
        throw new Refusal(value);
    }
  }

  /**
   * Runs `write`; when it throws, takes back all that it wrote. Functions are refused inside: what stands for one
   * could not be taken back.
   */
  attempt(write: () => void): boolean {
    const { mark } = this;
    const { count } = this.#numbers;
    const shapes = this.#shapes.count;
    const attachments = this.#attachments.length;
    const transfer = this.#transfer.length;
    const depth = this.#depth;
    this.#attempts++;
    try {
      if (this.#attempts > DEEPEST_ERROR) return false;
      write();
      return true;
    } catch {
      this.rewind(mark);
      this.#numbers.cut(count);
      this.#shapes.cut(shapes);
      this.#attachments.length = attachments;
      this.#transfer.length = transfer;
      this.#depth = depth;
      return false;
    } finally {
      this.#attempts--;
    }
  }

  #object(object: object): void {
    if (this.isKnown(object)) return;
    if (++this.#depth > DEEPEST) throw tooDeep();
    if (Array.isArray(object)) {
      const isSubclass = Object.getPrototypeOf(object) !== Array.prototype;
      if (isSubclass && hasMethods(object, "Array")) throw new Refusal(object);
      writeArray(object, this);
    } else {
      const prototype = Object.getPrototypeOf(object);
      if (prototype === Object.prototype) this.#plain(object, false);
      else if (prototype === Date.prototype) this.#date(object as Date);
      else if (prototype === null) this.#plain(object, true);
      else if (prototype === this.#plainPrototype) this.#plain(object, false);
      else this.#other(object, prototype);
    }
    this.#depth--;
  }

  /** Writes what is nested one level deeper. */
  deeper(write: () => void): void {
    if (++this.#depth > DEEPEST) throw tooDeep();
    write();
    this.#depth--;
  }

  #function(value: AnyFunction): void {
    if (this.#attempts > 0) throw new Refusal(value);
    if (this.isKnown(value)) return;
    this.byte(tag.EXTENSION);
    if (!this.extension.write(value, this)) throw new Refusal(value);
  }

  /** Refers to what was there before; numbers what was not. */
  isKnown(object: object): boolean {
    if (this.#numbers.add(object)) return false;
    this.byte(tag.REFERENCE);
    this.uint(this.#numbers.of(object));
    return true;
  }

  /**
   * Numbers objects of one prototype, of which none was there before, nor stands twice among them; else it numbers none.
   *
   * @param areDistinct Whether it is known that none stands twice among them.
   */
  numberAll(objects: readonly object[], prototype: object, areDistinct: boolean): boolean {
    return this.#numbers.addAll(objects, prototype, areDistinct);
  }

  #plain(object: object, isBare: boolean): void {
    const keys = Object.keys(object);
    // Math and its like look plain, and all they hold is hidden.
    if (keys.length === 0 && !isBare && Object.prototype.toString.call(object) !== "[object Object]") {
      throw new Refusal(object);
    }
    const shape = this.shape(keys, isBare);
    const record = object as Readonly<Record<string, unknown>>;
    if (shape.mayBeThenable && typeof record.then === "function") throw new Refusal(object);
    for (let i = 0; i < keys.length; i++) this.write(record[keys[i] as string]);
  }

  /** Writes the shape of an object: its number, or a new one. */
  shape(keys: readonly string[], isBare: boolean): Shape {
    const n = this.#shapes.find(keys, isBare);
    if (n >= 0) {
      this.byte(isBare ? tag.SHAPED_BARE_OBJECT : tag.SHAPED_OBJECT);
      this.uint(n);
      return this.#shapes.at(n);
    }
    this.byte(isBare ? tag.BARE_OBJECT : tag.OBJECT);
    this.uint(keys.length);
    for (const key of keys) this.string(key);
    return this.#shapes.add(keys, isBare);
  }

  #date(date: Date): void {
    try {
      this.byte(tag.DATE);
      this.float(Date.prototype.getTime.call(date));
    } catch {
      throw new Refusal(date);
    }
  }

  #other(object: object, prototype: object): void {
    if (writeClassed(this, object, prototype)) return;
    switch (kindOf(object)) {
      case "plain":
        this.#plainPrototype = prototype;
        this.#plain(object, false);
        break;
      case "bare":
        this.#plain(object, true);
        break;
      case "map":
        this.#map(object as Map<unknown, unknown>);
        break;
      case "set":
        this.#set(object as Set<unknown>);
        break;
      case "date":
        this.#date(object as Date);
        break;
      case "regexp":
        this.byte(tag.REGEXP);
        this.string((object as RegExp).source);
        this.string((object as RegExp).flags);
        break;
      case "boxed":
        this.byte(tag.BOXED);
        this.write(unbox(object));
        break;
      case "error":
        writeError(this, object);
        break;
      case "view":
        writeView(this, object as ArrayBufferView);
        break;
      case "buffer":
        writeBuffer(this, object as ArrayBuffer);
        break;
      case "transferred":
        this.#transfer.push(object);
        this.#attach(object);
        break;
      case "attached":
        this.#attach(object);
        break;
      default:
        throw new Refusal(object);
    }
  }

  #map(map: Map<unknown, unknown>): void {
    // A copy, because a getter may change the map meanwhile.
    const entries = [...map];
    this.byte(tag.MAP);
    this.uint(entries.length);
    for (const [key, value] of entries) {
      this.write(key);
      this.write(value);
    }
  }

  #set(set: Set<unknown>): void {
    const values = [...set];
    this.byte(tag.SET);
    this.uint(values.length);
    for (const value of values) this.write(value);
  }

  /** Has a copy of a buffer cross beside the bytes, in the buffer's place. */
  attachCopy(copy: ArrayBuffer): void {
    this.#transfer.push(copy);
    this.#attach(copy);
  }

  #attach(object: object): void {
    this.byte(tag.ATTACHMENT);
    this.uint(this.#attachments.length);
    this.#attachments.push(object);
  }

  /** Lets go of the values of the message. */
  #forget(): void {
    this.#numbers.cut(0);
    this.#shapes.cut(0);
    this.#plainPrototype = null;
  }
}

function isOverflow(error: unknown): boolean {
  return error instanceof RangeError && /call stack/.test(error.message);
}

function tooDeep(cause?: unknown): RangeError {
  return new RangeError(
    `Cannot copy a value nested so deeply: there are more than ${DEEPEST} levels, or too little stack; pass it on flattened`,
    { cause },
  );
}
