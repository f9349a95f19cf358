import * as tag from "./tags.ts";

// A byte order mark is a character like any other.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const { fromCharCode } = String;

/** What a reader holds between two messages. */
export const NO_BYTES: Uint8Array = new Uint8Array(0);

/** What `ByteWriter` wrote, read one after another. Reading past the end throws. */
export class ByteReader {
  #bytes: Uint8Array = NO_BYTES;
  #view: DataView = new DataView(this.#bytes.buffer);
  #position = 0;
  /** The text that strings are taken from at present, and how much of it has been. */
  #text = "";
  #taken = 0;
  /** Reads the texts behind the values. */
  #texts: ByteReader | undefined;

  /** Starts at the first of `bytes`. */
  begin(bytes: Uint8Array): void {
    if (this.#view.buffer !== bytes.buffer && bytes !== NO_BYTES) this.#view = new DataView(bytes.buffer);
    this.#bytes = bytes;
    this.#position = 0;
    this.#text = "";
    this.#taken = 0;
    this.#texts = undefined;
  }

  /** How many bytes there are left. */
  get left(): number {
    return this.#bytes.length - this.#position;
  }

  byte(): number {
    const byte = this.#bytes[this.#position++];
    if (byte === undefined) throw cutShort();
    return byte;
  }

  uint(): number {
    let n = 0;
    for (let scale = 1; scale < 2 ** 53; scale *= 0x80) {
      const byte = this.byte();
      n += (byte & 0x7f) * scale;
      if (byte < 0x80) return n;
    }
    throw malformed("a number is too long");
  }

  /** Reads a number of things that take a byte each at least: no more of them than there are bytes left. */
  count(): number {
    const count = this.uint();
    if (count > this.left) throw cutShort();
    return count;
  }

  /** Reads what `number()` wrote after tag.INTEGER. */
  integer(): number {
    const n = this.uint();
    return (n >>> 1) ^ -(n & 1);
  }

  float(): number {
    return this.#view.getFloat64(this.#bytes.byteOffset + this.#take(8));
  }

  /** Reads what `bigint()` wrote after its tag. */
  bigint(): bigint {
    return BigInt(`0x${this.string()}`);
  }

  string(): string {
    const first = this.byte();
    if (first >= tag.SHORT_STRING && first < tag.SMALL_INTEGER) return this.latin1(first - tag.SHORT_STRING);
    if (first === tag.UTF8) return this.utf8();
    if (first === tag.UTF16) return this.utf16();
    if (first === tag.TEXT) return this.text();
    throw malformed(`there is no string at byte ${this.#position - 1}`);
  }

  latin1(length: number): string {
    const bytes = this.#bytes;
    let at = this.#take(length);
    const end = this.#position;
    let s = "";
    // Eight at a time: half the time of one at a time.
    for (; at + 8 <= end; at += 8) {
      s += fromCharCode(
        bytes[at] as number,
        bytes[at + 1] as number,
        bytes[at + 2] as number,
        bytes[at + 3] as number,
        bytes[at + 4] as number,
        bytes[at + 5] as number,
        bytes[at + 6] as number,
        bytes[at + 7] as number,
      );
    }
    for (; at < end; at++) s += fromCharCode(bytes[at] as number);
    return s;
  }

  utf8(): string {
    const length = this.#view.getUint32(this.#bytes.byteOffset + this.#take(4));
    const start = this.#take(length);
    return decoder.decode(this.#bytes.subarray(start, this.#position));
  }

  utf16(): string {
    const length = this.uint();
    const start = this.#take(length * 2);
    let s = "";
    for (let from = 0; from < length; from += 4096) {
      const units: number[] = [];
      for (let i = from; i < length && i < from + 4096; i++) {
        units.push(this.#view.getUint16(this.#bytes.byteOffset + start + i * 2, true));
      }
      s += fromCharCode(...units);
    }
    return s;
  }

  /** Reads what `together()` wrote. */
  text(): string {
    const length = this.uint();
    if (length === 0) return "";
    if (this.#taken === this.#text.length) {
      this.#texts ??= this.#behindValues();
      this.#text = this.#texts.string();
      this.#taken = 0;
    }
    const start = this.#taken;
    this.#taken += length;
    if (this.#taken > this.#text.length) throw cutShort();
    return this.#text.slice(start, this.#taken);
  }

  /** What reads the texts; from here on this reader ends where they start. */
  #behindValues(): ByteReader {
    const bytes = this.#bytes;
    const end = bytes.length - 4;
    if (end < this.#position) throw cutShort();
    const start = this.#view.getUint32(bytes.byteOffset + end);
    if (start < this.#position || start > end) throw malformed("its texts are not where it says");
    this.#bytes = bytes.subarray(0, start);
    const texts = new ByteReader();
    texts.begin(bytes.subarray(start, end));
    return texts;
  }

  integers(count: number): Int32Array {
    return new Int32Array(this.copy(count * 4));
  }

  floats(count: number): Float64Array {
    return new Float64Array(this.copy(count * 8));
  }

  /** Reads so many bytes into `into`: a copy. */
  raw<T extends ArrayBuffer>(into: T): T {
    const start = this.#take(into.byteLength);
    new Uint8Array(into).set(this.#bytes.subarray(start, this.#position));
    return into;
  }

  /** Reads so many bytes into a buffer of their own. */
  copy(size: number): ArrayBuffer {
    const start = this.#bytes.byteOffset + this.#take(size);
    return this.#bytes.buffer.slice(start, start + size) as ArrayBuffer;
  }

  #take(size: number): number {
    const start = this.#position;
    if (start + size > this.#bytes.length) throw cutShort();
    this.#position = start + size;
    return start;
  }
}

/** What is thrown when bytes are not what a writer writes. */
export function malformed(what: string): SyntaxError {
  return new SyntaxError(
    `Cannot read the message: ${what}; it is damaged, or of another version of awaitlet`,
  );
}

function cutShort(): SyntaxError {
  return malformed("it ends too early");
}
