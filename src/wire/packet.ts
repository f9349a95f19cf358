/** A message, ready to go. */
export interface Packet {
  /** A view into the writer's scratch buffer, valid until its next `begin()`. */
  readonly bytes: Uint8Array;
  /** What crosses beside the bytes: memory that is shared, and ports. */
  readonly attachments: readonly object[];
  /** Those of the attachments that move, rather than being shared. */
  readonly transfer: readonly object[];
}

/** The objects that go with a message beside its bytes. */
export class Attachments {
  readonly all: object[] = [];
  /** Those of them that move. */
  readonly transfer: object[] = [];

  /** Adds an object, and gives its number. */
  add(object: object, moves: boolean): number {
    if (moves) this.transfer.push(object);
    return this.all.push(object) - 1;
  }

  /** Drops what came after there were so many. */
  cut(all: number, transfer: number): void {
    this.all.length = all;
    this.transfer.length = transfer;
  }
}
