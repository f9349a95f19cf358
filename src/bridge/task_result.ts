/**
 * What a task gives its caller: a promise, which may be iterated over where the task is a generator function's.
 *
 * @module
 */

import { GeneratorStream } from "./generator_stream.ts";

type Result = IteratorResult<unknown, unknown>;

/** `await logic.rename(…)`, and `for await (const row of logic.rows())`. */
export class TaskResult extends Promise<unknown> {
  /** What `then` gives is a plain promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  #generator: AsyncGenerator<unknown, unknown, void> | undefined;

  [Symbol.asyncIterator](): AsyncGenerator<unknown, unknown, void> {
    this.#generator ??= yieldsOf(this);
    return this.#generator;
  }

  next(): Promise<Result> {
    return this[Symbol.asyncIterator]().next();
  }

  async return(value?: unknown): Promise<Result> {
    // An async generator that has not begun does not run at all when it is closed, nor does the task's.
    return this[Symbol.asyncIterator]().return(value);
  }

  throw(error: unknown): Promise<Result> {
    return this[Symbol.asyncIterator]().throw(error);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}

async function* yieldsOf(result: TaskResult): AsyncGenerator<unknown, unknown, void> {
  const generator = await result;
  if (generator instanceof GeneratorStream) return yield* generator;
  throw new TypeError(
    "iterate over a task: its function is not a generator function; await its result instead",
  );
}
