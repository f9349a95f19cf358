import { readAlike, readArray, readProperties, readRows } from "./arrays.ts";
import { ByteReader, malformed, NO_BYTES } from "./byte_reader.ts";
import { readClassed } from "./class_codec.ts";
import type { Extension } from "./codec.ts";
import { readError } from "./error_codec.ts";
import { readExtended } from "./extras.ts";
import { NotLoaded } from "./not_loaded.ts";
import * as tag from "./tags.ts";
import { readLoneView, readResizableBuffer, readView } from "./views.ts";

type Properties = Record<string, unknown>;

export interface Shape {
  readonly keys: readonly string[];
  /** A key is also one of `Object.prototype`: it has to be defined, not assigned. */
  readonly isHarmful: boolean;
}

/** Who is told of the copies of buffers that a message holds. */
export interface TakesBuffers {
  /** @param index Of the buffer, in the order in which the writer wrote them: the place among its `sources`. */
  takeBuffer(index: number, buffer: ArrayBuffer): void;
}

/** Reads the messages that a `Writer` writes. */
export class Reader<E extends Extension = Extension> extends ByteReader {
  /** What reads functions. */
  readonly extension: E;
  #attachments: readonly object[] = [];
  /** The objects of the message, numbered as the writer did. */
  #objects: unknown[] = [];
  #shapes: Shape[] = [];
  /** The number of what was begun last, and can be made only after what is in it. */
  #latest = 0;
  /** How many `optional()` values are being read, each within the one before. */
  #optional = 0;
  /** Whether something in the innermost of them could not be made. */
  #isIncomplete = false;
  /** How many copies of buffers were read. */
  #copies = 0;
  /** Who is told of them, as each is read. */
  taker: TakesBuffers | undefined;
  /** Whether the caller loads the module of that URL where it is missing, and reads the message again. */
  loads: (url: string) => boolean = () => false;

  constructor(extension: E) {
    super();
    this.extension = extension;
  }

  /**
   * Starts a message.
   *
   * @param bytes The packet's bytes. All that is kept of them is copied.
   * @param attachments The packet's attachments.
   */
  override begin(bytes: Uint8Array, attachments: readonly object[] = []): void {
    super.begin(bytes);
    this.#attachments = attachments;
    this.#objects = [];
    this.#shapes = [];
    this.#optional = 0;
    this.#isIncomplete = false;
    this.#copies = 0;
  }

  /**
   * Ends the message, and lets go of its values.
   *
   * @throws {SyntaxError} When a part of it was not read.
   */
  end(): void {
    const { left } = this;
    this.begin(NO_BYTES);
    if (left > 0) throw malformed(`${left} bytes of it are left over`);
  }

  /**
   * Reads a value.
   *
   * @returns The copy.
   * @throws {SyntaxError} When the bytes are not what a writer writes.
   */
  value(): unknown {
    const first = this.byte();
    if (first >= tag.SMALL_INTEGER) return first - tag.SMALL_INTEGER;
    if (first >= tag.SHORT_STRING) return this.latin1(first - tag.SHORT_STRING);
    switch (first) {
      case tag.UNDEFINED:
        return undefined;
      case tag.NULL:
        return null;
      case tag.FALSE:
        return false;
      case tag.TRUE:
        return true;
      case tag.INTEGER:
        return this.integer();
      case tag.FLOAT:
        return this.float();
      case tag.SHAPED_OBJECT:
        return this.#plain({}, this.#shape());
      case tag.DATE:
        return this.keep(new Date(this.float()));
      case tag.TEXT:
        return this.text();
      case tag.UTF8:
        return this.utf8();
      case tag.UTF16:
        return this.utf16();
      case tag.REFERENCE:
        return this.#reference();
      case tag.OBJECT:
        return this.#plain({}, this.#newShape());
      case tag.ARRAY:
        return readArray(this);
      default:
        return this.#other(first);
    }
  }

  /**
   * Reads a value that its holder can do without, such as a field of an error.
   *
   * @returns Nothing where something in the value cannot be made on this thread.
   */
  optional(): { readonly value: unknown } | undefined {
    const outer = this.#isIncomplete;
    this.#isIncomplete = false;
    this.#optional++;
    const value = this.value();
    const isComplete = !this.#isIncomplete;
    this.#optional--;
    this.#isIncomplete = outer;
    return isComplete ? { value } : undefined;
  }

  /**
   * Makes what the reader alone cannot make, when all that belongs to it has been read. Within an optional value, what `make`
   * throws is no fault of the rest of the message.
   */
  make(make: () => unknown): unknown {
    if (this.#isIncomplete) return {};
    try {
      return make();
    } catch (error) {
      if (!this.isOptional || (NotLoaded.is(error) && this.loads(error.url))) throw error;
      this.#isIncomplete = true;
      return {};
    }
  }

  /** Whether the value that is being read can be done without. */
  get isOptional(): boolean {
    return this.#optional > 0;
  }

  /** Tells of a copy of a buffer. */
  taken(buffer: ArrayBuffer): ArrayBuffer {
    this.taker?.takeBuffer(this.#copies++, buffer);
    return buffer;
  }

  /** Numbers an object, before what is in it. */
  keep<T extends object>(object: T): T {
    this.#objects.push(object);
    return object;
  }

  #other(first: number): unknown {
    switch (first) {
      case tag.BIGINT:
        return this.bigint();
      case tag.NEGATIVE_BIGINT:
        return -this.bigint();
      case tag.BARE_OBJECT:
        return this.#plain(Object.create(null), this.#newShape());
      case tag.SHAPED_BARE_OBJECT:
        return this.#plain(Object.create(null), this.#shape());
      case tag.COLUMN:
        return readAlike(this);
      case tag.ROWS:
        return readRows(this);
      case tag.LOOSE_ARRAY:
        return readProperties(this);
      case tag.MAP:
        return this.#map();
      case tag.SET:
        return this.#set();
      case tag.REGEXP:
        return this.keep(new RegExp(this.string(), this.string()));
      case tag.BOXED:
        return this.keep(Object(this.value()));
      case tag.ERROR:
        return readError(this);
      case tag.BUFFER:
        return this.keep(this.taken(this.copy(this.count())));
      case tag.RESIZABLE_BUFFER:
        return this.keep(readResizableBuffer(this));
      case tag.VIEW:
        return this.#later(readView);
      case tag.LONE_VIEW:
        return this.keep(readLoneView(this));
      case tag.ATTACHMENT:
        return this.#attachment();
      case tag.COPY:
        return this.taken(this.#attachment() as ArrayBuffer);
      case tag.EXTENSION:
        return this.#later(() => this.extension.read(this));
      case tag.CLASSED:
        return this.#later(readClassed);
      case tag.EXTENDED:
        return readExtended(this);
      case tag.SYMBOL:
        return this.symbol();
      default:
        throw malformed(`there is no kind of value ${first}`);
    }
  }

  /** Reads what follows tag.SYMBOL. */
  symbol(): symbol {
    const isWellKnown = this.byte() === 1;
    const name = this.string();
    if (!isWellKnown) return Symbol.for(name);
    const symbol: unknown = Reflect.get(Symbol, name);
    if (typeof symbol !== "symbol") throw malformed(`there is no symbol ${name} here`);
    return symbol;
  }

  /** Numbers what can be made only after what is in it. */
  #later<T>(read: (reader: Reader) => T): T {
    const n = this.#objects.push(UNFINISHED) - 1;
    this.#latest = n;
    const value = read(this);
    this.#objects[n] = value;
    return value;
  }

  /** Numbers what is being made, where it can be referred to by what is in it: before anything of that is read. */
  early(object: object): void {
    this.#objects[this.#latest] = object;
  }

  #reference(): unknown {
    const n = this.uint();
    const object = this.#objects[n];
    if (n >= this.#objects.length || object === UNFINISHED) throw malformed(`there is no object ${n}`);
    return object;
  }

  #plain(object: Properties, { keys, isHarmful }: Shape): object {
    this.keep(object);
    if (isHarmful) {
      for (const key of keys) define(object, key, this.value());
    } else {
      for (let i = 0; i < keys.length; i++) object[keys[i] as string] = this.value();
    }
    return object;
  }

  /** Reads the shape of rows, with its tag. */
  shape(): Shape {
    const first = this.byte();
    if (first === tag.OBJECT) return this.#newShape();
    if (first === tag.SHAPED_OBJECT) return this.#shape();
    throw malformed("its rows have no shape");
  }

  #shape(): Shape {
    const n = this.uint();
    const shape = this.#shapes[n];
    if (shape === undefined) throw malformed(`there is no shape ${n}`);
    return shape;
  }

  #newShape(): Shape {
    const keys: string[] = [];
    for (let count = this.count(); count > 0; count--) keys.push(this.string());
    // What the prototype has may be read-only there, or have a setter.
    const shape = { keys, isHarmful: keys.some((key) => key in Object.prototype) };
    this.#shapes.push(shape);
    return shape;
  }

  #map(): Map<unknown, unknown> {
    const map = this.keep(new Map<unknown, unknown>());
    for (let count = this.count(); count > 0; count--) map.set(this.value(), this.value());
    return map;
  }

  #set(): Set<unknown> {
    const set = this.keep(new Set<unknown>());
    for (let count = this.count(); count > 0; count--) set.add(this.value());
    return set;
  }

  #attachment(): object {
    const n = this.uint();
    const object = this.#attachments[n];
    if (object === undefined) throw malformed(`there is no attachment ${n}`);
    return this.keep(object);
  }
}

const UNFINISHED = Symbol("unfinished");

function define(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}
