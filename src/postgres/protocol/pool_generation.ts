/**
 * The uses of a pool's connections from one time that it is disposed of to the next.
 *
 * @module
 */

export class PoolGeneration {
  /** How many callers use a connection, or wait for one. */
  #uses = 0;
  #onChange: (() => void)[] = [];

  get isUsed(): boolean {
    return this.#uses > 0;
  }

  begin(): void {
    this.#uses += 1;
  }

  /** A caller that waited has got a connection. */
  got(): void {
    this.#notify();
  }

  end(): void {
    this.#uses -= 1;
    this.#notify();
  }

  /** Resolves when the next caller gets a connection, or gives one back. */
  changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#onChange.push(resolve);
    });
  }

  #notify(): void {
    for (const resolve of this.#onChange.splice(0)) resolve();
  }
}
