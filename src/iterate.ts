/**
 * Plain iteration, in blocking code, over what is async.
 *
 * @module
 */

import { awaitlet, currentEnd, hold } from "./awaitlet.ts";
import { checkOptions } from "./base/check_options.ts";
import { READ_AHEAD } from "./bridge/async_modules.ts";
import { liveOf } from "./bridge/live_object.ts";
import { asyncModule } from "./modules.ts";
import { nodeOf } from "./wire/expression.ts";

/** How far {@linkcode iterate} reads ahead. */
export interface IterateOptions {
  /** How many items may be read that the loop has not come to. Default 1,000; with 1 nothing is read ahead. */
  readonly ahead?: number;
  /** How many bytes they may take, roughly. Default 1 MiB. One item may be larger. */
  readonly aheadBytes?: number;
}

/** What iterating over a `T` gives. */
export type Item<T> =
  T extends AsyncIterable<infer U>
    ? U
    : Awaited<T> extends AsyncIterable<infer U>
      ? U
      : Awaited<T> extends Iterable<infer U>
        ? U
        : Awaited<T> extends ReadableStream<infer U>
          ? U
          : never;

const iteration = asyncModule<typeof import("./bridge/read_ahead.ts")>(READ_AHEAD);

/**
 * Iterates, in blocking code, over an async iterable, a `ReadableStream` or a Node stream on the loop.
 *
 * Items are read ahead there and cross in batches. Leaving the loop, by `break`, `return` or a throw, closes the
 * source; so does the end of the task. What the source throws is thrown after the items that came before it.
 *
 * The source is opened in the same turn of the event loop in which the expression makes it, so that no item is lost. What is both a promise
 * and an async iterable is iterated over, as `for await` does.
 *
 * @param expression What an `asyncModule()` gave: a recorded expression of the source, or of a promise of it; or a live object.
 * @param options How far to read ahead.
 * @returns A plain generator of the items.
 * @throws {TypeError} when there is no such option.
 * @throws What `awaitlet()` throws, and what the source throws.
 *
 * @example In a blocking module
 * ```ts ignore
 * for (const line of iterate(files.lines("words.txt"))) {
 *   if (line === "end") break;
 * }
 * ```
 */
export function iterate<T>(expression: T, options: IterateOptions = {}): Generator<Item<T>, void, undefined> {
  checkOptions("iterate()", options, { ahead: true, aheadBytes: true });
  return read(expression, options);
}

function isLive(value: unknown): boolean {
  return typeof value === "object" && value !== null && liveOf(value) !== undefined;
}

function* read<T>(expression: T, options: IterateOptions): Generator<Item<T>, void, undefined> {
  const bounds = { count: options.ahead ?? 1_000, bytes: options.aheadBytes ?? 2 ** 20 };
  currentEnd();
  if (nodeOf(expression) === undefined && !isLive(expression)) {
    throw new TypeError(
      "iterate: this is no recorded expression; give it what an asyncModule() or a reference gave, or an object of async code",
    );
  }
  const reading = hold(iteration.open(expression, bounds));
  let ended = false;
  try {
    while (!ended) {
      const { items, done, error } = awaitlet(reading.next());
      yield* items as Item<T>[];
      ended = done;
      if (error !== undefined) throw error.value;
    }
  } finally {
    if (!ended) awaitlet(reading.close());
    reading[Symbol.dispose]();
  }
}
