/** Objects that no set holds yet: all of one prototype, and each once. */
interface Block {
  readonly objects: readonly object[];
  readonly prototype: object;
}

/** A block is compared with so many objects one by one. */
const FEW = 8;

/**
 * The objects, and the functions, that a message holds so far, numbered in their order.
 *
 * Most messages hold no object twice. So where many objects come at once, which can be told to be different, they stay in
 * blocks; a set is made of them when something comes that could be one of them.
 */
export class ObjectNumbers {
  readonly #known = new Set<object>();
  #ordered: object[] = [];
  #blocks: Block[] = [];
  #count = 0;
  /** Of the first so many objects, counted when one comes again. */
  readonly #numbers = new Map<object, number>();

  get count(): number {
    return this.#count;
  }

  /** Numbers an object. Where it had a number before, it keeps that, and this gives `false`. */
  add(object: object): boolean {
    if (this.#blocks.length > 0) this.#unblock();
    this.#known.add(object);
    // To ask only whether the set has grown costs half of looking the object up first.
    if (this.#known.size === this.#count) return false;
    this.#ordered.push(object);
    this.#count++;
    return true;
  }

  /**
   * Numbers objects of one prototype, unless one of them has a number, or stands twice among them: then none gets one, and
   * this gives `false`.
   *
   * @param areDistinct Whether it is known that none stands twice among them.
   */
  addAll(objects: readonly object[], prototype: object, areDistinct: boolean): boolean {
    if (areDistinct && this.#hasNone(objects, prototype)) {
      this.#blocks.push({ objects, prototype });
      this.#count += objects.length;
      return true;
    }
    const count = this.#count;
    for (let i = 0; i < objects.length; i++) {
      if (this.add(objects[i] as object)) continue;
      this.cut(count);
      return false;
    }
    return true;
  }

  /** Whether it can be seen at a glance that none of the objects is here. */
  #hasNone(objects: readonly object[], prototype: object): boolean {
    if (this.#ordered.length > FEW || this.#ordered.some((known) => objects.includes(known))) return false;
    return this.#blocks.every((block) => block.prototype !== prototype);
  }

  #unblock(): void {
    for (const { objects } of this.#blocks) {
      for (let i = 0; i < objects.length; i++) {
        this.#known.add(objects[i] as object);
        this.#ordered.push(objects[i] as object);
      }
    }
    this.#blocks = [];
  }

  /** The number of an object that `add()` knew. */
  of(object: object): number {
    for (;;) {
      const number = this.#numbers.get(object);
      if (number !== undefined) return number;
      const next = this.#numbers.size;
      this.#numbers.set(this.#ordered[next] as object, next);
    }
  }

  /** Drops the objects from number `count` on. */
  cut(count: number): void {
    for (
      let last = this.#blocks.at(-1);
      last !== undefined && this.#count > count;
      last = this.#blocks.at(-1)
    ) {
      this.#count -= last.objects.length;
      this.#blocks.pop();
    }
    if (count === 0) {
      if (this.#count > 0) this.#known.clear();
      if (this.#numbers.size > 0) this.#numbers.clear();
      this.#ordered = [];
    } else {
      for (const object of this.#ordered.splice(count)) {
        this.#known.delete(object);
        this.#numbers.delete(object);
      }
    }
    this.#count = count;
  }
}
