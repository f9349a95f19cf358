/** The keys of objects that look alike. */
export interface Shape {
  readonly keys: readonly string[];
  /** The objects have no prototype. */
  readonly isBare: boolean;
  /** One of the keys is `then`. */
  readonly mayBeThenable: boolean;
}

/** How many of the latest shapes an object is compared with. */
const TRIED = 8;

/** The shapes of a message, so that objects that look alike send their keys once. */
export class Shapes {
  readonly #shapes: Shape[] = [];

  get count(): number {
    return this.#shapes.length;
  }

  /** Drops those from number `count` on. */
  cut(count: number): void {
    this.#shapes.length = count;
  }

  at(n: number): Shape {
    return this.#shapes[n] as Shape;
  }

  /** Numbers a new shape. */
  add(keys: readonly string[], isBare: boolean): Shape {
    const shape = { keys, isBare, mayBeThenable: keys.includes("then") };
    this.#shapes.push(shape);
    return shape;
  }

  /** The number of a shape that was there before, or -1. */
  find(keys: readonly string[], isBare: boolean): number {
    const { length } = this.#shapes;
    for (let n = length - 1; n >= 0 && n >= length - TRIED; n--) {
      const shape = this.at(n);
      if (shape.isBare === isBare && areSame(shape.keys, keys)) return n;
    }
    return -1;
  }
}

function areSame(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
