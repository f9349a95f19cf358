/**
 * Blocking code in programs without an event loop of their own.
 *
 * @module
 */

import { awaitlet } from "./awaitlet.ts";
import { currentFlow } from "./bridge/flow.ts";
import { Frame } from "./bridge/frame.ts";
import { blockingEnd, withBlockingEnd } from "./bridge/here.ts";
import { asyncModule, functionsByName } from "./modules.ts";
import { Companion } from "./threads/companion.ts";
import { deadlineOf } from "./timeouts.ts";

/** What `syncDef.with()` takes. */
export interface SyncDefOptions {
  /**
   * Cancels the run: its `awaitlet()` throws the signal's reason. A signal of `AbortSignal.timeout()` is kept to although
   * this thread's timers stand still.
   */
  readonly signal?: AbortSignal;
}

/** Runs blocking code on this very thread. */
export type SyncDef = <A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A) => R;

let companion: Companion | undefined;
let lastTask = 0;

function withOptions({ signal }: SyncDefOptions): SyncDef {
  return (fn, ...args) => {
    if (typeof fn !== "function") throw new TypeError(`syncDef: ${String(fn)} is not a function`);
    // Inside a task there is a loop to wait for already.
    if (blockingEnd()?.inTask) return fn(...args);
    signal?.throwIfAborted();
    if (companion === undefined || companion.dead) companion = new Companion();
    return run(companion, { signal, deadline: deadlineOf(signal) }, () => fn(...args));
  };
}

function run<R>(on: Companion, limits: NonNullable<Companion["limits"]>, fn: () => R): R {
  const { end } = on;
  const frame = new Frame(++lastTask, true, currentFlow.get()?.variables.fork());
  on.limits = limits;
  const outcome = withBlockingEnd(end, () => {
    end.begin(frame);
    const settled = end.enter(frame, () => {
      const result = fn();
      on.checkLimits(frame);
      frame.throwIfCancelled();
      return result;
    });
    if (!on.dead) end.end(frame, settled);
    return settled;
  });
  on.limits = undefined;
  if (outcome.outcome === "threw") throw outcome.value;
  return outcome.value as R;
}

/**
 * Runs blocking code on this very thread, for programs that are not async: `awaitlet()` in it parks this thread.
 *
 * The async modules that it touches are loaded on a companion thread, whose event loop drives them. It starts at the
 * first await, is kept for the next, and keeps no process alive. In blocking code that runs as a task, or within another
 * `syncDef()`, the function is simply called.
 *
 * @param fn Any function: it stays on this thread.
 * @param args Its arguments.
 * @returns What the function returns.
 * @throws Whatever the function throws. In it, `awaitlet()` throws `ThreadDied` when the companion ends; the next
 * run has a new one.
 *
 * @example
 * ```ts
 * import { asyncModule, awaitlet, syncDef } from "awaitlet";
 * import * as assert from "uvu/assert";
 *
 * const timers = asyncModule<typeof import("node:timers/promises")>("node:timers/promises");
 * assert.is(syncDef(() => awaitlet(timers.setTimeout(1, "done"))), "done");
 * ```
 */
export const syncDef: SyncDef & {
  /** `syncDef` with a `signal`, such as `AbortSignal.timeout(1_000)`. */
  with(options: SyncDefOptions): SyncDef;
} = Object.assign(withOptions({}), { with: withOptions });

/** The functions of an async module, as plain synchronous ones. */
export type SyncModule<M> = {
  readonly [K in keyof M as M[K] extends (...args: never[]) => unknown ? K : never]: M[K] extends (
    ...args: infer A
  ) => infer R
    ? (...args: A) => Awaited<R>
    : never;
};

/**
 * An async module's functions as plain synchronous ones: `syncDef()` and `awaitlet()` in one, for a single call.
 *
 * @typeParam M The module's type: `typeof import("./db.ts")`.
 * @param url Where the module is, as for `asyncModule()`.
 * @returns Its functions, each of which waits for what the async one gives.
 * @throws {TypeError} when `url` is not a URL.
 *
 * @example
 * ```ts
 * import { syncModule } from "awaitlet";
 * import * as assert from "uvu/assert";
 *
 * const timers = syncModule<typeof import("node:timers/promises")>("node:timers/promises");
 * assert.is(timers.setTimeout(1, "done"), "done");
 * ```
 */
export function syncModule<M>(url: URL | string): SyncModule<M> {
  const module = asyncModule<Record<string, (...args: unknown[]) => unknown>>(url);
  return functionsByName(
    (name) =>
      (...args: unknown[]) =>
        syncDef(() => awaitlet(module[name]?.(...args))),
  ) as SyncModule<M>;
}
