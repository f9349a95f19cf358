/**
 * Blocking code in programs without an event loop of their own.
 *
 * @module
 */

import { awaitlet } from "./awaitlet.ts";
import { checkMilliseconds, checkOptions } from "./base/check_options.ts";
import { moduleUrl } from "./base/module_url.ts";
import { blockingEnd } from "./bridge/current_end.ts";
import { warnNotAwaited } from "./bridge/not_awaited.ts";
import { functionsByName, moduleExpression } from "./modules.ts";
import { Companion, type Limits, startsEarly } from "./threads/companion.ts";

/** What `syncDef.with()` takes. */
export interface SyncDefOptions {
  /**
   * Cancels the run: its `awaitlet()` throws the signal's reason. This thread fires no timers while it is parked, so a signal
   * of `AbortSignal.timeout()` does not abort then: use `timeout`.
   */
  readonly signal?: AbortSignal;
  /** After how many milliseconds the run is cancelled, with a `TimeoutError`. Default: never. */
  readonly timeout?: number;
  /** Whether to warn, once for each place, of a call that the run has recorded and not awaited. Default `true`. */
  readonly warnNotAwaited?: boolean;
}

/** Runs blocking code on this very thread. */
export type SyncDef = <A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A) => R;

/** The companions of this thread, by the flags that their threads were started with. */
const companions = new Map<string, Companion>();

/** A companion of this thread. One that has died is the present one until a run was told so. */
function companionFor(execArgv?: readonly string[]): Companion {
  const key = JSON.stringify(execArgv ?? null);
  let companion = companions.get(key);
  if (companion === undefined || companion.over) {
    companion = new Companion(execArgv);
    companions.set(key, companion);
  }
  return companion;
}

function limitsOf({ signal, timeout }: SyncDefOptions): Limits | undefined {
  if (signal === undefined && timeout === undefined) return undefined;
  return { signal, deadline: performance.now() + (timeout ?? Number.POSITIVE_INFINITY) };
}

function withOptions(options: SyncDefOptions): SyncDef {
  checkOptions("syncDef.with()", options, { signal: true, timeout: true, warnNotAwaited: true });
  checkMilliseconds("syncDef.with()", "timeout", options.timeout);
  return (fn, ...args) => {
    if (typeof fn !== "function") throw new TypeError(`syncDef: ${String(fn)} is not a function`);
    // Inside a task there is a loop to wait for already.
    if (blockingEnd()?.inTask) return fn(...args);
    options.signal?.throwIfAborted();
    const onUnused =
      options.warnNotAwaited === false ? undefined : (call: string) => warnNotAwaited(call, fn.name);
    return companionFor().run(() => fn(...args), limitsOf(options), onUnused);
  };
}

/**
 * Runs blocking code on this very thread, for programs that are not async: `awaitlet()` in it parks this thread.
 *
 * The async modules that it touches are loaded on a companion thread, whose event loop drives them. It starts at the
 * first await, is kept for the next, and keeps no process alive. In blocking code that runs as a task, or within another
 * `syncDef()`, the function is simply called, and the limits of what runs already hold.
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
  /** `syncDef` with a `timeout` in milliseconds, a `signal`, or without a warning of calls that are never awaited. */
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

/** The settings of {@linkcode syncModule}. */
export interface SyncModuleOptions {
  /** How long a call may take, in milliseconds, until it throws a `TimeoutError`. Default: any time. */
  readonly timeout?: number;
  /**
   * The flags that the module's thread is started with, on Node, as `["--conditions=development"]`. Modules with the same flags
   * share a thread. Default: those of the program.
   */
  readonly execArgv?: readonly string[];
}

const modules = new Map<string, object>();

/**
 * An async module's functions as plain synchronous ones: `syncDef()` and `awaitlet()` in one, for a single call.
 *
 * The thread that they run on starts with this call, for the first of theirs to find it there.
 *
 * @typeParam M The module's type: `typeof import("./db.ts")`.
 * @param url Where the module is, as for `asyncModule()`.
 * @param options A timeout for each call, and flags for the thread.
 * @returns Its functions, each of which waits for what the async one gives. Named again with the same options, a module
 * has the same functions.
 * @throws {TypeError} when `url` is not a URL, or there is no such option.
 *
 * @example
 * ```ts
 * import { syncModule } from "awaitlet";
 * import * as assert from "uvu/assert";
 *
 * const timers = syncModule<typeof import("node:timers/promises")>("node:timers/promises", { timeout: 5_000 });
 * assert.is(timers.setTimeout(1, "done"), "done");
 * ```
 */
export function syncModule<M>(url: URL | string, options: SyncModuleOptions = {}): SyncModule<M> {
  const href = moduleUrl(url, "syncModule");
  checkOptions("syncModule()", options, { timeout: true, execArgv: true });
  checkMilliseconds("syncModule()", "timeout", options.timeout);
  const { timeout, execArgv } = options;
  const key = JSON.stringify([href, timeout, execArgv]);
  let module = modules.get(key);
  if (module === undefined) {
    module = functionsOf(href, options);
    modules.set(key, module);
  }
  // On other threads this may be a module that is merely loaded there too.
  if (startsEarly()) companionFor(execArgv).start();
  return module as SyncModule<M>;
}

function functionsOf(url: string, options: SyncModuleOptions): object {
  const module = moduleExpression(url) as Record<string, (...args: unknown[]) => unknown>;
  return functionsByName((name) => (...args: unknown[]) => {
    const call = () => awaitlet(module[name]?.(...args));
    if (blockingEnd()?.inTask) return call();
    return companionFor(options.execArgv).run(call, limitsOf(options));
  });
}
