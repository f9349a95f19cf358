/** Values of a size that is asked for. */

const made = new Map<number, Uint8Array>();

/** So many bytes, the same each time. */
export async function bytes(size: number): Promise<Uint8Array> {
  let found = made.get(size);
  if (found === undefined) {
    found = new Uint8Array(size).map((_, i) => i);
    made.set(size, found);
  }
  return found;
}

/** Gives another of its kind, as the builders of queries do. */
class Step {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  next(): Step {
    return new Step(this.value + 1);
  }
}

/** The first of a chain. */
export function chain(): Step {
  return new Step(0);
}
