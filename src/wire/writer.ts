import { writeArray } from "./arrays.ts";
import { ByteWriter } from "./byte_writer.ts";
import { writeClassed } from "./class_codec.ts";
import type { AnyFunction, Extension } from "./codec.ts";
import { writeCollection } from "./collections.ts";
import { writeError } from "./error_codec.ts";
import { ExtrasSearch, extrasOf, writeExtras } from "./extras.ts";
import { hasMethods, isBuiltInNamespace, kindOf } from "./kinds.ts";
import { DEEPEST, explained, tooDeep } from "./nesting.ts";
import { ObjectNumbers } from "./object_numbers.ts";
import { Attachments, type Packet } from "./packet.ts";
import { ReadOnce } from "./read_once.ts";
import { isOverflow, located, Passing, property, Refusal } from "./refusal.ts";
import { type Shape, Shapes } from "./shapes.ts";
import { writeSymbol } from "./symbols.ts";
import * as tag from "./tags.ts";
import { writeBuffer, writeView } from "./views.ts";

/** Errors nested more deeply than this in others' fields are left out. */
const DEEPEST_ERROR = 100;
const NO_ATTACHMENTS = { all: [], transfer: [] };

/** Writes messages, each of any number of integers, strings and values. */
export class Writer<E extends Extension = Extension> extends ByteWriter {
  /** What writes functions. */
  readonly extension: E;
  readonly #numbers = new ObjectNumbers();
  readonly #shapes = new Shapes();
  /** Made for the first attachment of a message: most messages have none. */
  #attachments: Attachments | undefined;
  /** The sender's own bytes, of which the message holds copies, in order. */
  sources: Uint8Array[] = [];
  /** The objects of registered classes whose data are being written. */
  readonly #unfinished = new Set<object>();
  #depth = 0;
  #attempts = 0;
  /** What has been read in attempts. */
  readonly reads: ReadOnce = new ReadOnce();
  #message = 0;
  /** Which objects of the message are searched for what they have besides. */
  readonly search: ExtrasSearch = new ExtrasSearch();
  /** Whether what is transferred may be. */
  #moves = true;
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
    this.#attachments = undefined;
    this.#unfinished.clear();
    this.#depth = 0;
    this.#attempts = 0;
    this.search.begin();
    this.#message++;
  }

  /** Ends the message. */
  finish(): Packet {
    this.#forget();
    const { all, transfer } = this.#attachments ?? NO_ATTACHMENTS;
    return { bytes: this.written(), attachments: all, transfer };
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
      if (error instanceof Passing) throw error.error;
      throw isOverflow(error) ? tooDeep(error) : explained(error, name);
    }
    // A getter can do anything, such as sending a message of its own.
    if (message !== this.#message) throw new Error(`Cannot copy ${name}: reading it used the same writer`);
  }

  /** Writes a value of which nothing stays on this side but functions, and from which nothing moves to the other. */
  copied(value: unknown, name: string): void {
    const { extension } = this;
    const { lends = false } = extension;
    extension.lends = false;
    this.#moves = false;
    try {
      this.value(value, name);
    } finally {
      extension.lends = lends;
      this.#moves = true;
    }
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
        this.callable(value);
        break;
      case "bigint":
        this.bigint(value);
        break;
      case "symbol":
        writeSymbol(value, this);
        break;
      default:
        throw new Refusal(value);
    }
  }

  /** Whether a value can be written. */
  fits(value: unknown): boolean {
    let fits = false;
    this.attempt(() => {
      this.write(value);
      fits = true;
      throw new Refusal(value);
    });
    return fits;
  }

  /** Runs `write`; when it throws, takes back all that it wrote. */
  attempt(write: () => void): boolean {
    if (this.#attempts >= DEEPEST_ERROR) return false;
    const { mark } = this;
    const { count } = this.#numbers;
    const shapes = this.#shapes.count;
    const attachments = this.#attachments?.all.length ?? 0;
    const transfer = this.#attachments?.transfer.length ?? 0;
    const sources = this.sources.length;
    const depth = this.#depth;
    const extension = this.extension.mark?.();
    this.#attempts++;
    this.reads.begin();
    let isWritten = false;
    try {
      write();
      isWritten = true;
    } catch {
      this.rewind(mark);
      if (extension !== undefined) this.extension.rewind?.(extension);
      this.#numbers.cut(count);
      this.#shapes.cut(shapes);
      this.#attachments?.cut(attachments, transfer);
      this.sources.length = sources;
      this.#depth = depth;
    }
    this.#attempts--;
    this.reads.end(isWritten, this.#attempts === 0);
    return isWritten;
  }

  #object(object: object): void {
    if (this.isKnown(object)) return;
    if (++this.#depth > DEEPEST) throw tooDeep();
    if (Array.isArray(object)) this.#array(object);
    else {
      const prototype = Object.getPrototypeOf(object);
      if (prototype === Object.prototype) this.#plain(object, false);
      else if (prototype === Date.prototype) {
        const extras = this.search.finds(object, 0) ? extrasOf(object, 0, this) : undefined;
        this.#date(object as Date);
        writeExtras(extras, this);
      } else if (prototype === null) this.#plain(object, true);
      else if (prototype === this.#plainPrototype) this.#plain(object, false);
      else this.#other(object, prototype);
    }
    this.#depth--;
  }

  #array(array: readonly unknown[]): void {
    const isSubclass = Object.getPrototypeOf(array) !== Array.prototype;
    if (isSubclass && hasMethods(array, "Array")) {
      const { extension } = this;
      if (extension.copiesSubclasses !== true || extension.isTheirs?.(array) === true) {
        this.#alive(array);
        return;
      }
    }
    const extras =
      isSubclass || this.search.covers(array) ? extrasOf(array, array.length + 1, this) : undefined;
    writeArray(array, this);
    writeExtras(extras, this);
  }

  /** Leaves an object to the extension, which has it stay on this side. */
  #alive(object: object): void {
    this.byte(tag.EXTENSION);
    if (!this.#pass(() => this.extension.writeObject?.(object, this))) throw new Refusal(object);
  }

  /** Writes what is nested one level deeper. */
  deeper(write: () => void): void {
    if (++this.#depth > DEEPEST) throw tooDeep();
    write();
    this.#depth--;
  }

  /** Writes a function, which is called on `holder`. */
  callable(value: AnyFunction, holder?: object): void {
    if (this.isKnown(value)) return;
    this.byte(tag.EXTENSION);
    if (!this.#pass(() => this.extension.write(value, this, holder))) throw new Refusal(value);
  }

  /** Has the extension write: what it throws is no matter of where in a value it stands. */
  #pass(write: () => boolean | undefined): boolean {
    try {
      return write() === true;
    } catch (error) {
      throw error instanceof Refusal || error instanceof Passing || isOverflow(error)
        ? error
        : new Passing(error);
    }
  }

  /** Writes what an object is made of: it cannot be referred to before it is made. */
  unfinished(object: object, write: () => void): void {
    this.#unfinished.add(object);
    write();
    this.#unfinished.delete(object);
  }

  /** Refers to what was there before; numbers what was not. */
  isKnown(object: object): boolean {
    if (this.#numbers.add(object)) return false;
    if (this.#unfinished.size > 0 && this.#unfinished.has(object)) {
      throw new Refusal(object, {
        error: new TypeError("the data that it is to be made of holds the object itself"),
      });
    }
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
    const extras = this.search.finds(object, keys.length) ? extrasOf(object, keys.length, this) : undefined;
    // Math and its like look plain, and all they hold is hidden.
    if (keys.length === 0 && !isBare && isBuiltInNamespace(object)) throw new Refusal(object);
    const shape = this.shape(keys, isBare);
    const { reads } = this;
    const record = object as Readonly<Record<string, unknown>>;
    let i = 0;
    try {
      for (; i < keys.length; i++) {
        const key = keys[i] as string;
        const value = reads.isOn ? reads.get(object, key, () => record[key]) : record[key];
        if (shape.mayBeThenable && key === "then" && typeof value === "function") throw new Refusal(object);
        if (typeof value === "function") this.callable(value, object);
        else this.write(value);
      }
    } catch (error) {
      if (error instanceof Refusal && error.value === object) throw error;
      throw located(error, property(keys[i] as string));
    }
    writeExtras(extras, this);
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
    } catch (error) {
      throw isOverflow(error) ? error : new Refusal(date);
    }
  }

  #other(object: object, prototype: object): void {
    if (this.extension.isTheirs?.(object) === true) {
      this.#alive(object);
      return;
    }
    if (writeClassed(this, object, prototype)) return;
    const kind = kindOf(object, this.extension.copiesSubclasses);
    switch (kind) {
      case "plain":
        this.#plainPrototype = prototype;
        this.#plain(object, false);
        return;
      case "bare":
        this.#plain(object, true);
        return;
      case "error":
        writeError(this, object);
        return;
      case "view":
        writeView(this, object as ArrayBufferView);
        return;
      case "refused":
        this.#alive(object);
        return;
      case "buffer":
        writeBuffer(this, object as ArrayBuffer);
        return;
      case "transferred":
        if (!this.#moves) throw new Refusal(object);
        this.#attach(object, true);
        return;
      case "attached":
        this.#attach(object, false);
        return;
    }
    const extras = extrasOf(object, 0, this);
    if (kind === "date") this.#date(object as Date);
    else writeCollection(kind, object, this);
    writeExtras(extras, this);
  }

  /** Has a copy of a buffer cross beside the bytes, in the buffer's place. */
  attachCopy(copy: ArrayBuffer): void {
    this.#attach(copy, true, tag.COPY);
  }

  /** As `attachCopy()`, of bytes whose buffer does not cross: the copy is an object of its own. */
  attachCopyOf(bytes: Uint8Array): void {
    const copy = new Uint8Array(bytes).buffer;
    this.#numbers.add(copy);
    this.attachCopy(copy);
  }

  /** Has a clone of an object cross beside the bytes, made by the runtime: for what can be copied in no other way. */
  attachClone(object: object): void {
    // The object stands for itself in the message; its clone gets a number of its own, as what is attached does.
    this.#numbers.add({});
    this.#attach(object, false);
  }

  #attach(object: object, moves: boolean, kind: number = tag.ATTACHMENT): void {
    this.byte(kind);
    this.#attachments ??= new Attachments();
    this.uint(this.#attachments.add(object, moves));
  }

  /** Lets go of the values of the message. */
  #forget(): void {
    this.#numbers.cut(0);
    this.#shapes.cut(0);
    this.#plainPrototype = null;
    if (this.reads.isOn) this.reads.forget();
    if (this.sources.length > 0) this.sources = [];
  }
}
