/**
 * What blocking code calls to wait for the event loop.
 *
 * @module
 */

import type { BlockingEnd } from "./bridge/blocking_end.ts";
import { blockingEnd } from "./bridge/here.ts";
import { NoAwaitletContext } from "./errors.ts";
import { gather, type Node, nodeOf } from "./wire/expression.ts";

/** What is awaited as a whole, and never looked into for more. */
type Opaque =
  | ((...args: never[]) => unknown)
  | Date
  | RegExp
  | Error
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | ArrayBufferLike
  | ArrayBufferView;

/** The value that `awaitlet()` gives for a `T`: promises awaited, also those in arrays and plain objects. */
export type AwaitletResult<T> =
  T extends PromiseLike<unknown>
    ? Awaited<T>
    : T extends Opaque
      ? T
      : T extends object
        ? { [K in keyof T]: AwaitletResult<T[K]> }
        : T;

/**
 * Waits, in blocking code, for what async code gives: `await`, spelt as a function.
 *
 * The thread parks until the event loop has evaluated the expression and its promise has settled. In an
 * array or plain object, however deep, all expressions are awaited together: concurrently, and in one round trip.
 * Any other value comes back as it is.
 *
 * @param value What an `asyncModule()` gave: a recorded expression, or several in an array or object.
 * @returns The awaited value, with every expression in it replaced by its own.
 * @throws {NoAwaitletContext} when no task runs here; nothing is started then.
 * @throws {TypeError} when the value is a promise of this very thread, which could never settle.
 * @throws {NotTransferable} when an argument or the result can be neither copied nor called across threads.
 * @throws Whatever the awaited code throws, and the reason of the task's signal when the task is cancelled.
 *
 * @example In a blocking module
 * ```ts ignore
 * const db = asyncModule<typeof import("./db.ts")>(new URL("./db.ts", import.meta.url));
 *
 * export function rename(id: number, name: string) {
 *   const [user, taken] = awaitlet([db.findUser(id), db.isTaken(name)]);
 *   if (!taken) awaitlet(db.saveUser({ ...user, name }));
 * }
 * ```
 */
export function awaitlet<T>(value: T): AwaitletResult<T> {
  const end = currentEnd();
  const node = nodeOf(value);
  if (node !== undefined) return end.evaluate([node], "await") as AwaitletResult<T>;
  const found: Node[] = [];
  const rebuild = gather(value, found);
  if (rebuild === undefined) return value as AwaitletResult<T>;
  const results = end.evaluate(found, "await");
  return rebuild(found.length === 1 ? [results] : (results as unknown[])) as AwaitletResult<T>;
}

/** A value that stays on the loop, and what releases it: `using` does. */
export type Reference<T> = T & Disposable;

/**
 * Waits for what async code gives and keeps it on the loop: for what cannot be copied, and is gone on with.
 *
 * What is done to the reference is recorded, as with an async module. `using` releases it at the end of its block; the
 * end of the task releases all.
 *
 * @param expression What an `asyncModule()`, or another reference, gave.
 * @returns A reference to the awaited value, typed as the value itself.
 * @throws {NoAwaitletContext} when no task runs here. Whatever `awaitlet()` throws. A reference that is used after it
 * was disposed of, or after its task, throws `ReferenceReleased`.
 *
 * @example In a blocking module
 * ```ts ignore
 * using connection = hold(db.sql.reserve());
 * const [row] = awaitlet(connection`select now()`);
 * ```
 */
export function hold<T>(expression: T): Reference<Awaited<T>> {
  const end = currentEnd();
  const node = nodeOf(expression);
  if (node === undefined) {
    throw new TypeError(
      "hold: this is no recorded expression; give it what an asyncModule() or a reference gave",
    );
  }
  return end.hold(node) as Reference<Awaited<T>>;
}

/**
 * Tells whether the present code is blocking code, where the thread may park.
 *
 * @returns `true` on a thread that awaitlet has started for blocking code, and on any within `syncDef()`.
 *
 * @example On the loop
 * ```ts
 * import { isBlockingThread } from "awaitlet";
 * import * as assert from "uvu/assert";
 *
 * assert.is(isBlockingThread(), false);
 * ```
 */
export function isBlockingThread(): boolean {
  return blockingEnd() !== undefined;
}

function currentEnd(): BlockingEnd {
  const end = blockingEnd();
  if (end?.inTask) return end;
  throw new NoAwaitletContext(
    end === undefined
      ? "awaitlet: this code runs on the event loop, where nothing can park; use await, or start it with asyncDef()"
      : "awaitlet: no task runs here; call it from a function that was started by asyncDef()",
  );
}
