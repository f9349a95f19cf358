/**
 * The data in CopyData messages.
 *
 * @module
 */

/** What a message begins with: its kind and its length. */
const HEADER = 5;

/** Takes the data out of messages that come in chunks, cut anywhere. */
export class CopyDataReader {
  /** How much of the present message is still to come. */
  #missing = 0;
  readonly #header = new Uint8Array(HEADER);
  /** How much of the next header has come. */
  #inHeader = 0;

  /**
   * Takes the data of the next chunk.
   *
   * @param chunk The chunk. It is overwritten.
   * @returns The data, in the memory of the chunk.
   */
  read(chunk: Uint8Array): Uint8Array {
    let to = 0;
    let at = 0;
    while (at < chunk.length) {
      if (this.#missing === 0) {
        at = this.#readHeader(chunk, at);
        continue;
      }
      const end = Math.min(at + this.#missing, chunk.length);
      chunk.copyWithin(to, at, end);
      to += end - at;
      this.#missing -= end - at;
      at = end;
    }
    return chunk.subarray(0, to);
  }

  #readHeader(chunk: Uint8Array, start: number): number {
    let at = start;
    while (this.#inHeader < HEADER && at < chunk.length)
      this.#header[this.#inHeader++] = chunk[at++] as number;
    if (this.#inHeader < HEADER) return at;
    this.#missing = new DataView(this.#header.buffer).getInt32(1) - (HEADER - 1);
    this.#inHeader = 0;
    return at;
  }
}
