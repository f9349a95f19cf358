/**
 * What blocking code calls to wait for the event loop.
 *
 * @module
 */

import { NoAwaitletContext } from "./base/errors.ts";
import type { BlockingEnd } from "./bridge/blocking_end.ts";
import { blockingEnd, otherCopy } from "./bridge/current_end.ts";
import { type Copy, thisCopy } from "./runtime/copies.ts";
import { type Node, nodeOf } from "./wire/expression.ts";
import { gather } from "./wire/gathering.ts";

/** The value that `awaitlet()` gives for a `T`: promises awaited, also those in arrays and plain objects. */
export type AwaitletResult<T> =
  T extends PromiseLike<unknown>
    ? Awaited<T>
    : T extends
          | ((...args: never[]) => unknown)
          | (abstract new (
              ...args: never[]
            ) => unknown)
          | Date
          | RegExp
          | Error
          | ReadonlyMap<unknown, unknown>
          | ReadonlySet<unknown>
          | ArrayBufferLike
          | ArrayBufferView
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
  if (node !== undefined) {
    return (end.waits.depth > 0 ? end.evaluate([node], "await") : end.await(node)) as AwaitletResult<T>;
  }
  const found: Node[] = [];
  const rebuild = gather(value, found);
  if (rebuild === undefined) return value as AwaitletResult<T>;
  const results = end.evaluate(found, "await");
  return rebuild(found.length === 1 ? [results] : (results as unknown[])) as AwaitletResult<T>;
}

/** A value that stays on the loop, and what releases it: `using` does. `null` and `undefined` are themselves. */
export type Reference<T> = T extends null | undefined ? T : T & Disposable;

/** What `hold()` keeps of a `T`: what is no more than a promise is awaited; what has members beside is kept itself, with what it comes to. */
export type Held<T> =
  T extends PromiseLike<infer U>
    ? [Exclude<keyof T, keyof Promise<unknown>>] extends [never]
      ? Awaited<T>
      : T & (Awaited<U> extends object ? Awaited<U> : unknown)
    : T;

/**
 * Waits for what async code gives and keeps it on the loop: for what cannot be copied, and is gone on with.
 *
 * What is done to the reference is recorded, as with an async module. Its properties can be set and deleted, and an array's items
 * destructured, of which the plain ones are themselves. `using` releases it at the end of its block; the end of the task releases all.
 *
 * `null` and `undefined` come as they are. What is a promise and an object of its own, as a subprocess or a query that is built, is kept without
 * awaiting it: `awaitlet()` of the reference does, and so does the first use of a member that only what it comes to has.
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
export function hold<T>(expression: T): Reference<Held<T>> {
  const end = currentEnd();
  const node = nodeOf(expression);
  if (node === undefined) {
    throw new TypeError(
      "hold: this is no recorded expression; give it what an asyncModule() or a reference gave",
    );
  }
  return end.hold(node) as Reference<Held<T>>;
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

/** The end of this thread that can await. Throws `NoAwaitletContext` where none can. */
export function currentEnd(): BlockingEnd {
  const end = blockingEnd();
  if (end?.inTask) return end;
  const other = end === undefined ? otherCopy() : undefined;
  if (other !== undefined) throw new NoAwaitletContext(`awaitlet: ${twoCopies(other)}`);
  throw new NoAwaitletContext(
    end === undefined
      ? "awaitlet: this code runs on the event loop, where nothing can park; use await, or start it with asyncDef()"
      : "awaitlet: no task runs here; call it from a function that was started by asyncDef()",
  );
}

function twoCopies(other: Copy): string {
  const [here, there] = [thisCopy, other].map(({ version, url }) => `${version} (${url ?? "in a bundle"})`);
  return `this is awaitlet ${here}, and this thread belongs to awaitlet ${there}, which it does not go with; have one version, as by npm dedupe`;
}
