/**
 * The loop side of a generator that runs on a blocking thread: an async generator of what it yields.
 *
 * @module
 */

/** How many items the thread may yield before it is asked again. */
const BATCH = 256;

/** Starts the task whose generator yields to `consumer`; resolves with what the generator returns. */
export type StartYielding = (consumer: GeneratorStream) => Promise<unknown>;

type Result = IteratorResult<unknown, unknown>;

export class GeneratorStream implements AsyncGenerator<unknown, unknown, void> {
  readonly #start: StartYielding;
  #items: unknown[] = [];
  #result: Promise<unknown> | undefined;
  #closed = false;
  /** What the thread waits for: how many more it may yield, none when the consumer has left. */
  #answer: ((wanted: number) => void) | undefined;
  #wake: (() => void) | undefined;
  /** One `next()` after the other, as an async generator's are. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(start: StartYielding) {
    this.#start = start;
  }

  /** From the thread: takes what was yielded. With `more` it resolves with how many more are wanted, when they are. */
  readonly take = (items: unknown[], more: boolean): Promise<number> => {
    this.#items.push(...items);
    this.#wake?.();
    if (this.#closed || !more) return Promise.resolve(0);
    return new Promise((resolve) => {
      this.#answer = resolve;
      if (this.#items.length === 0 && this.#wake !== undefined) this.#ask();
    });
  };

  next(): Promise<Result> {
    return this.#inTurn(async () => {
      for (;;) {
        if (this.#items.length > 0) return { value: this.#items.shift(), done: false };
        if (this.#closed) return { value: undefined, done: true };
        const returned = await this.#more();
        if (returned !== undefined && this.#items.length === 0) {
          this.#closed = true;
          return { value: await returned.result, done: true };
        }
      }
    });
  }

  return(value?: unknown): Promise<Result> {
    return this.#inTurn(async () => {
      await this.#close();
      return { value: await value, done: true };
    });
  }

  throw(error: unknown): Promise<Result> {
    return this.#inTurn(async () => {
      await this.#close();
      throw error;
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #inTurn(act: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(act);
    this.#turn = result.catch(() => {});
    return result;
  }

  /** Waits until the thread has yielded something, or its task has settled: then the settled promise comes, boxed. */
  async #more(): Promise<{ result: Promise<unknown> } | undefined> {
    const yielded = new Promise<undefined>((resolve) => {
      this.#wake = () => resolve(undefined);
    });
    this.#result ??= this.#start(this);
    const result = this.#result;
    const boxed = () => ({ result });
    if (this.#answer !== undefined) this.#ask();
    const outcome = await Promise.race([yielded, result.then(boxed, boxed)]);
    this.#wake = undefined;
    return outcome;
  }

  #ask(): void {
    this.#answer?.(BATCH);
    this.#answer = undefined;
  }

  /** Has the generator return, which runs its `finally`, and waits for that. */
  async #close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#items = [];
    this.#answer?.(0);
    this.#answer = undefined;
    await this.#result;
  }
}
