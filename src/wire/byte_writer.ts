import * as tag from "./tags.ts";
import { isBrief, type TextMark, Texts } from "./texts.ts";

const INITIAL = 16 * 1024;
/** A larger scratch buffer is given back at the next message. */
const LARGEST_KEPT = 4 * 1024 * 1024;
/** Up to here a loop over the characters is faster than a call to the encoder. */
const SHORT = 40;

/** So many strings of a message stand each in its place: for a few, a text costs more than it saves. */
const ALONE = 16;

const encoder = new TextEncoder();

/** A place in what is being written. */
export interface Mark {
  readonly position: number;
  readonly text: TextMark;
}

/** Numbers, strings and bytes, written one after another into a scratch buffer that grows. */
export class ByteWriter {
  #bytes: Uint8Array = new Uint8Array(INITIAL);
  #view: DataView = new DataView(this.#bytes.buffer);
  #position = 0;
  readonly #texts = new Texts();
  #strings = 0;

  /** Starts anew. The bytes of the last message are gone. */
  begin(): void {
    this.#position = 0;
    this.#texts.clear();
    this.#strings = 0;
    if (this.#bytes.length > LARGEST_KEPT) this.#move(INITIAL);
  }

  /** What was written since `begin()`, which ends with this: a view into the scratch buffer. */
  written(): Uint8Array {
    const texts = this.#texts.all();
    if (texts.length > 0) {
      const start = this.#position;
      for (const text of texts) this.#long(text);
      this.#reserve(4);
      this.#view.setUint32(this.#position, start);
      this.#position += 4;
    }
    return this.#bytes.subarray(0, this.#position);
  }

  get mark(): Mark {
    return { position: this.#position, text: this.#texts.mark };
  }

  /** Takes back everything from `mark` on. */
  rewind({ position, text }: Mark): void {
    this.#position = position;
    this.#texts.rewind(text);
  }

  byte(n: number): void {
    if (this.#position === this.#bytes.length) this.#reserve(1);
    this.#bytes[this.#position++] = n;
  }

  /** Writes an unsigned integer of up to 2^53 - 1: seven bits a byte, the lowest first. */
  uint(n: number): void {
    this.#reserve(8);
    while (n >= 0x80) {
      this.#bytes[this.#position++] = (n & 0x7f) | 0x80;
      n = n < 0x80000000 ? n >>> 7 : Math.floor(n / 0x80);
    }
    this.#bytes[this.#position++] = n;
  }

  /** Writes a number as a value. */
  number(n: number): void {
    if ((n | 0) !== n || (n === 0 && 1 / n < 0)) {
      this.byte(tag.FLOAT);
      this.float(n);
    } else if (n >= 0 && n < 0x80) {
      this.byte(tag.SMALL_INTEGER | n);
    } else {
      this.byte(tag.INTEGER);
      this.uint(((n << 1) ^ (n >> 31)) >>> 0);
    }
  }

  float(n: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#position, n);
    this.#position += 8;
  }

  bigint(n: bigint): void {
    this.byte(n < 0n ? tag.NEGATIVE_BIGINT : tag.BIGINT);
    this.string((n < 0n ? -n : n).toString(16));
  }

  /** Writes any string as a value, lone surrogates included. */
  string(s: string): void {
    const { length } = s;
    if (length > 0 && this.#strings++ >= ALONE && isBrief(s)) {
      this.byte(tag.TEXT);
      this.together(s);
      return;
    }
    if (length > SHORT) {
      this.#long(s);
      return;
    }
    this.#reserve(length + 1);
    const start = this.#position;
    const bytes = this.#bytes;
    let position = start;
    bytes[position++] = tag.SHORT_STRING + length;
    for (let i = 0; i < length; i++) {
      const unit = s.charCodeAt(i);
      if (unit > 0xff) {
        this.#utf16(s);
        return;
      }
      bytes[position++] = unit;
    }
    this.#position = position;
  }

  /** Writes a brief string into the message's texts, and here its length. */
  together(s: string): void {
    this.uint(s.length);
    this.#texts.add(s);
  }

  integers(values: readonly number[]): void {
    const integers = new Int32Array(values.length);
    for (let i = 0; i < values.length; i++) integers[i] = values[i] as number;
    this.raw(new Uint8Array(integers.buffer));
  }

  floats(values: readonly number[]): void {
    const floats = new Float64Array(values.length);
    for (let i = 0; i < values.length; i++) floats[i] = values[i] as number;
    this.raw(new Uint8Array(floats.buffer));
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#position);
    this.#position += bytes.length;
  }

  #long(s: string): void {
    if (s.isWellFormed()) this.#utf8(s);
    else this.#utf16(s);
  }

  #utf8(s: string): void {
    this.#reserve(5);
    this.#bytes[this.#position] = tag.UTF8;
    const start = this.#position + 5;
    this.#position = start;
    for (let read = 0; read < s.length; ) {
      // Most text is one byte a character: reserve that, and come round again for what did not fit.
      this.#reserve(Math.min((s.length - read) * 3, s.length - read + 1024));
      const part = encoder.encodeInto(read === 0 ? s : s.slice(read), this.#bytes.subarray(this.#position));
      read += part.read;
      this.#position += part.written;
    }
    this.#view.setUint32(start - 4, this.#position - start);
  }

  #utf16(s: string): void {
    const { length } = s;
    this.byte(tag.UTF16);
    this.uint(length);
    this.#reserve(length * 2);
    for (let i = 0; i < length; i++) {
      const unit = s.charCodeAt(i);
      this.#bytes[this.#position++] = unit & 0xff;
      this.#bytes[this.#position++] = unit >>> 8;
    }
  }

  #reserve(size: number): void {
    const needed = this.#position + size;
    const { length } = this.#bytes;
    // Doubled for what comes in small pieces, exact (and a little more) for what comes in one large piece.
    if (needed > length) this.#move(Math.max(needed + INITIAL, length * 2));
  }

  #move(size: number): void {
    const { buffer } = this.#bytes;
    this.#bytes = new Uint8Array(size);
    this.#view = new DataView(this.#bytes.buffer);
    this.#bytes.set(new Uint8Array(buffer, 0, this.#position));
  }
}
