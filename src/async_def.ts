/**
 * Blocking code inside async programs.
 *
 * @module
 */

import { checkMilliseconds, checkOptions, type OptionNames } from "./base/check_options.ts";
import { type BlockingThreads, poolOf } from "./blocking_threads.ts";
import { type FromBlockingModule, startTask, targetOf } from "./modules.ts";
import type { TaskOptions } from "./threads/options.ts";

/** What `asyncDef.with()` takes. */
export interface AsyncDefOptions extends TaskOptions {
  /** The pool to run on. Default: the one of the task for which the present code runs, else the default pool. */
  readonly threads?: BlockingThreads;
}

/**
 * Runs a function of a blocking module as a task: with its arguments, for a promise of what it returns, or, where it is a
 * generator function, for an async generator.
 */
export type AsyncDef = <A extends readonly unknown[], R>(
  fn: ((...args: A) => R) & FromBlockingModule,
  ...args: A
) => R extends AsyncGenerator ? R : Promise<Awaited<R>>;

const OPTIONS: OptionNames<AsyncDefOptions> = {
  signal: true,
  timeout: true,
  grace: true,
  assertAwaitOccurs: true,
  warnNotAwaited: true,
  threads: true,
};

function withOptions(given: AsyncDefOptions): AsyncDef {
  checkOptions("asyncDef.with()", given, OPTIONS);
  checkMilliseconds("asyncDef.with()", "timeout", given.timeout);
  const { threads, ...options } = given;
  const def: AsyncDef = (fn, ...args) => {
    const target = targetOf(fn);
    if (target === undefined) throw noTarget(fn, def);
    return startTask(target, [...args], options, threads && poolOf(threads)) as never;
  };
  return def;
}

/** The error for what is no function of a blocking module; its stack begins where `def` was called. */
function noTarget(fn: unknown, def: AsyncDef): TypeError {
  const name = typeof fn === "function" ? fn.name : "";
  const what = typeof fn === "function" ? name || "the function" : `what was given (${typeof fn})`;
  const property = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? name : "fn";
  const module = 'blockingModule<typeof import("./logic.ts")>(new URL("./logic.ts", import.meta.url))';
  const error = new TypeError(
    `asyncDef: ${what} is no function of a blockingModule(), and a function cannot move to another thread; ` +
      `export it from a module and write const logic = ${module}; asyncDef(logic.${property})`,
  );
  Error.captureStackTrace?.(error, def);
  return error;
}

/**
 * Runs blocking-style code inside an async program.
 *
 * The function runs on a blocking thread, where `awaitlet()` may park it; meanwhile this thread's event loop drives
 * what it waits for. In blocking code the call is recorded, and runs by `awaitlet(asyncDef(…))` on another thread.
 *
 * @param fn A function of a `blockingModule()`.
 * @param args Its arguments: data is copied, functions cross as references.
 * @returns A promise of what the function returns. It rejects with what the function throws, with `ThreadDied` when its
 * thread ends first, with `NotTransferable` when an argument or the result cannot cross.
 * @throws {TypeError} when `fn` is not a function of a blocking module.
 *
 * @example
 * ```ts ignore
 * const logic = blockingModule<typeof import("./logic.ts")>(new URL("./logic.ts", import.meta.url));
 * const result = await asyncDef(logic.callAsyncDbCode, 1, "x");
 * const checked = await asyncDef.with({ assertAwaitOccurs: true })(logic.callAsyncDbCode, 1, "x");
 * ```
 */
export const asyncDef: AsyncDef & {
  /** `asyncDef` with settings: `signal`, `timeout` and `grace` to cancel, `assertAwaitOccurs` to be sure that it awaits. */
  with(options: AsyncDefOptions): AsyncDef;
} = Object.assign(withOptions({}), { with: withOptions });
