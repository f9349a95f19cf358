/**
 * The objects of lists, numbered one after the other: a list takes one entry, not one for each of its objects.
 *
 * @module
 */

/** Objects whose numbers follow each other, from `base` on. Nothing stands in the place of one that has an entry of its own by now. */
export interface NumberBlock<S> {
  readonly base: number;
  readonly objects: (object | undefined)[];
  readonly scope: S;
  /** Whether the numbers of its objects can be found in the scope. */
  isIndexed: boolean;
}

/** The blocks of one side of a bridge. */
export class NumberBlocks<S> {
  /** By their numbers: each has higher ones than those before it. */
  #blocks: NumberBlock<S>[] = [];

  /** How many objects are in blocks. */
  get size(): number {
    let size = 0;
    for (const { objects } of this.#blocks) for (const object of objects) if (object !== undefined) size++;
    return size;
  }

  add(base: number, objects: readonly object[], scope: S): NumberBlock<S> {
    const block: NumberBlock<S> = { base, objects: [...objects], scope, isIndexed: false };
    this.#blocks.push(block);
    return block;
  }

  /** The block in which the object of that number is. */
  find(id: number): NumberBlock<S> | undefined {
    const blocks = this.#blocks;
    let low = 0;
    let high = blocks.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const block = blocks[middle] as NumberBlock<S>;
      if (id < block.base) high = middle - 1;
      else if (id < block.base + block.objects.length)
        return block.objects[id - block.base] === undefined ? undefined : block;
      else low = middle + 1;
    }
    return undefined;
  }

  /** Takes an object out of its block. */
  take(id: number): { readonly object: object; readonly scope: S } | undefined {
    const block = this.find(id);
    if (block === undefined) return undefined;
    const object = block.objects[id - block.base] as object;
    block.objects[id - block.base] = undefined;
    return { object, scope: block.scope };
  }

  /** The scope has ended. */
  end(scope: S): void {
    this.#blocks = this.#blocks.filter((block) => block.scope !== scope);
  }
}
