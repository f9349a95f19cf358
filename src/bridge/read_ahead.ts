/**
 * The loop side of `iterate()`: reads a source ahead, within bounds.
 *
 * It is an async module: `iterate()` uses it as any blocking code would.
 *
 * @module
 */

import { roughSize } from "../wire/size.ts";
import { currentTask } from "./task_context.ts";

/** What has been read since the last time. */
export interface Batch {
  readonly items: unknown[];
  readonly done: boolean;
  /** What the source threw after the items. */
  readonly error?: { readonly value: unknown };
}

/** How much may be read that the consumer has not come to. */
export interface Bounds {
  readonly count: number;
  readonly bytes: number;
}

/** What can be iterated over. */
export type Iterated = AsyncIterable<unknown> | Iterable<unknown> | ReadableStream<unknown>;

/** A source, one way to read from all kinds of them. */
interface Source {
  next(): Promise<IteratorResult<unknown>> | IteratorResult<unknown>;
  /** Closes the source, also while it is being read. */
  close(): Promise<unknown> | unknown;
  /** Whether nothing promises that closing it ends. */
  readonly mayNotEnd: boolean;
}

/** What a Node stream has. */
interface Destroyable {
  destroy(): void;
  once(event: "close", listener: () => void): void;
  readonly closed: boolean;
}

/** How long closing waits for a source that does not end, in milliseconds. */
const CLOSING = 100;

/**
 * Opens a source; it is closed at the latest when its task ends. What can be iterated over is opened at once, so that nothing is lost which it
 * gives from then on, even if it can be awaited as well; any other promise is awaited.
 */
export function open(given: unknown, bounds: Bounds): ReadAhead | Promise<ReadAhead> {
  const task = currentTask();
  const opened = (iterated: unknown): ReadAhead => {
    const reading = new ReadAhead(sourceOf(iterated as Iterated), bounds);
    task?.onSettled.add(() => void reading.close());
    return reading;
  };
  // Whoever iterates over it is told by its iterator of what goes wrong.
  if (given instanceof Promise) Promise.prototype.then.call(given, undefined, () => {});
  return isThenable(given) && !isIterable(given) ? Promise.resolve(given).then(opened) : opened(given);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return Object(value) === value && typeof (value as Partial<PromiseLike<unknown>>).then === "function";
}

function isIterable(value: object): boolean {
  return Symbol.asyncIterator in value || Symbol.iterator in value;
}

export class ReadAhead {
  readonly #source: Source;
  /** The bounds of what is kept here; the consumer has as much again. */
  readonly #count: number;
  readonly #bytes: number;
  /** Whether to read only when asked, because one item is all that may be read. */
  readonly #onDemand: boolean;
  #items: unknown[] = [];
  #size = 0;
  #done = false;
  #error: { value: unknown } | undefined;
  #reading = false;
  #closed = false;
  #wake: (() => void) | undefined;

  constructor(source: Source, { count, bytes }: Bounds) {
    this.#source = source;
    this.#count = Math.max(1, Math.floor(count / 2));
    this.#bytes = Math.max(1, Math.floor(bytes / 2));
    this.#onDemand = count < 2;
    if (!this.#onDemand) void this.#read();
  }

  /** The items that have been read, one at least, or the end. */
  async next(): Promise<Batch> {
    if (this.#items.length === 0 && !this.#done) {
      void this.#read();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        if (this.#items.length > 0 || this.#done) resolve();
      });
    }
    const items = this.#items;
    this.#items = [];
    this.#size = 0;
    if (!this.#onDemand) void this.#read();
    return { items, done: this.#done, ...(this.#error && { error: this.#error }) };
  }

  /** Reads no more and closes the source, if it has not ended. */
  async close(): Promise<void> {
    if (this.#closed || this.#done) return;
    this.#closed = true;
    const closing = Promise.resolve(this.#source.close());
    if (!this.#reading && !this.#source.mayNotEnd) return void (await closing);
    // An async generator closes only after what it awaits: that may be never.
    const late = new Promise<void>((resolve) => setTimeout(resolve, CLOSING));
    await Promise.race([closing, late]);
  }

  async #read(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      while (!this.#done && !this.#closed && this.#hasRoom()) {
        const next = this.#source.next();
        const result = next instanceof Promise ? await next : next;
        if (result.done === true) this.#done = true;
        else {
          this.#items.push(result.value);
          this.#size += roughSize(result.value);
        }
        this.#wake?.();
      }
    } catch (value) {
      this.#done = true;
      this.#error = { value };
      this.#wake?.();
    } finally {
      this.#reading = false;
    }
  }

  #hasRoom(): boolean {
    if (this.#onDemand) return this.#items.length === 0;
    return this.#items.length < this.#count && this.#size < this.#bytes;
  }
}

function sourceOf(iterated: Iterated): Source {
  if (iterated instanceof ReadableStream) {
    const reader = iterated.getReader();
    return {
      next: () => reader.read() as Promise<IteratorResult<unknown>>,
      close: () => reader.cancel(),
      mayNotEnd: false,
    };
  }
  const iterator = iteratorOf(iterated);
  // A Node stream that is being read is closed by `destroy`, its iterator is not.
  const isStream = typeof (iterated as Partial<Destroyable>).destroy === "function";
  return {
    next: () => iterator.next(),
    // What has `destroy` is taken for a stream; `destroyed()` looks for the rest of one itself.
    close: () => (isStream ? destroyed(iterated as unknown as Destroyable) : iterator.return?.()),
    mayNotEnd: isStream,
  };
}

function destroyed(stream: Destroyable): Promise<void> {
  return new Promise((resolve) => {
    stream.destroy();
    if (stream.closed || typeof stream.once !== "function") resolve();
    else stream.once("close", resolve);
  });
}

function iteratorOf(
  iterated: Partial<AsyncIterable<unknown> & Iterable<unknown>>,
): AsyncIterator<unknown> | Iterator<unknown> {
  const iterator = iterated?.[Symbol.asyncIterator]?.() ?? iterated?.[Symbol.iterator]?.();
  if (iterator !== undefined) return iterator;
  throw new TypeError(
    "iterate: the value is neither an async iterable, an iterable nor a stream; give iterate() what an async generator or a stream gives",
  );
}
