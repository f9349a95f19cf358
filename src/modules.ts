/**
 * Modules on the other side: `blockingModule()` and `asyncModule()`.
 *
 * @module
 */

import { loadedModule, loadModule } from "./bridge/async_modules.ts";
import { blockingManner } from "./bridge/blocking_manner.ts";
import { blockingEnd } from "./bridge/here.ts";
import { evaluateHere } from "./bridge/local.ts";
import type { Target } from "./bridge/task.ts";
import type { TaskOptions } from "./threads/options.ts";
import { currentThreads, DEFAULT_LOAD_TIMEOUT, type Pool } from "./threads/pool.ts";
import { type Manner, record } from "./wire/expression.ts";

/** A parameter of blocking code: where it is a function, or holds some, the caller may give async ones. */
export type Given<T> = T extends (...args: infer A) => infer R
  ? (...args: A) => R | PromiseLike<R>
  : T extends
        | readonly unknown[]
        | ReadonlyMap<unknown, unknown>
        | ReadonlySet<unknown>
        | Date
        | ArrayBufferView
    ? T
    : T extends object
      ? { [K in keyof T]: Given<T[K]> }
      : T;

/** A function of a blocking module, as the loop sees it. */
export type BlockingFunction<F> = F extends (...args: infer A) => infer R
  ? (...args: { [I in keyof A]: Given<A[I]> }) => BlockingResult<R>
  : never;

/** What a blocking function gives on the loop: a Promise, or what a generator function yields. */
export type BlockingResult<R> =
  R extends Generator<infer T, infer Returned, unknown>
    ? AsyncGenerator<T, Returned, void>
    : Promise<Awaited<R>>;

/** The functions of a blocking module, each returning a Promise. */
export type BlockingModule<M> = {
  readonly [K in keyof M as M[K] extends (...args: never[]) => unknown ? K : never]: BlockingFunction<M[K]>;
};

/** The settings of {@linkcode blockingModule}. */
export interface BlockingModuleOptions {
  /** How long the module may take to load on a thread, in milliseconds. Default 30,000. */
  readonly loadTimeout?: number;
}

const TARGET = Symbol.for("awaitlet.target");

/** The function of a blocking module that `fn` stands for; `undefined` for any other. */
export function targetOf(fn: unknown): Target | undefined {
  return typeof fn === "function" ? (fn as { [TARGET]?: Target })[TARGET] : undefined;
}

/**
 * Names a module of plain, blocking-style functions, to run them on blocking threads.
 *
 * The module is loaded there, once on each thread that needs it, and never here: its state is one copy a thread.
 *
 * @typeParam M The module's type: `typeof import("./logic.ts")`.
 * @param url Where the module is: `new URL("./logic.ts", import.meta.url)`.
 * @param options How long loading may take.
 * @returns Its functions, each returning a Promise. They may be called, or given to `asyncDef()`.
 * @throws {TypeError} when `url` is not a URL.
 *
 * @example
 * ```ts ignore
 * const logic = blockingModule<typeof import("./logic.ts")>(new URL("./logic.ts", import.meta.url));
 * await asyncDef(logic.rename, 1, "x");
 * await logic.rename(1, "x"); // the same, short
 * ```
 */
export function blockingModule<M>(url: URL | string, options: BlockingModuleOptions = {}): BlockingModule<M> {
  const { loadTimeout = DEFAULT_LOAD_TIMEOUT } = options;
  const href = moduleUrl(url, "blockingModule");
  return functionsByName((name) => blockingFunction({ url: href, name, loadTimeout })) as BlockingModule<M>;
}

/** A module whose functions are made when they are first asked for, each once: what it exports is not known here. */
export function functionsByName(make: (name: string) => unknown): object {
  const functions = new Map<string, unknown>();
  return new Proxy(Object.create(null) as object, {
    get(_target, name) {
      // A module is no promise, though `await` asks every object.
      if (typeof name === "symbol" || name === "then") return undefined;
      let fn = functions.get(name);
      if (fn === undefined) {
        fn = make(name);
        functions.set(name, fn);
      }
      return fn;
    },
  });
}

function blockingFunction(target: Target): unknown {
  const call = (...args: unknown[]): unknown => startTask(target, args);
  return Object.defineProperty(call, TARGET, { value: target });
}

/**
 * Runs a task from the loop: on `pool`, else where the task runs for which the present code does, else on the default
 * pool. In blocking code, records that it is to be run.
 */
export function startTask(target: Target, args: unknown[], options: TaskOptions = {}, pool?: Pool): unknown {
  if (blockingEnd() === undefined) return (pool ?? currentThreads()).run(target, args, options);
  const { url, name, loadTimeout } = target;
  const root = { kind: "task", url, name, options: { loadTimeout, ...options } } as const;
  return record({ from: { root }, step: { kind: "call", args } }, blockingManner);
}

/** In blocking code only `awaitlet()` gets the value of an expression; on the loop it can simply be awaited. */
const manner: Manner = {
  then(node) {
    if (blockingEnd() !== undefined) return blockingManner.then(node);
    const promise = evaluateHere(node, { loadedModule, loadModule });
    return promise.then.bind(promise);
  },
};

/**
 * Names a module of async functions, to use them from blocking code.
 *
 * The module is loaded on the loop thread, and nowhere else. What is done to the result is recorded; in blocking code
 * `awaitlet()` has the recording evaluated on the loop, on the loop thread itself `await` does.
 *
 * @typeParam M The module's type: `typeof import("./db.ts")`.
 * @param url Where the module is: `new URL("./db.ts", import.meta.url)`; or a runtime's own module, as
 * `"node:timers/promises"`.
 * @returns The module, by type `M` itself, generics and overloads intact.
 * @throws {TypeError} when `url` is neither.
 *
 * @example
 * ```ts
 * import { asyncModule } from "awaitlet";
 * import * as assert from "uvu/assert";
 *
 * const timers = asyncModule<typeof import("node:timers/promises")>("node:timers/promises");
 * assert.is(await timers.setTimeout(1, "done"), "done"); // in blocking code: awaitlet(timers.setTimeout(1, "done"))
 * ```
 */
export function asyncModule<M>(url: URL | string): M {
  const root = { kind: "module", url: moduleUrl(url, "asyncModule") } as const;
  return record({ root }, manner) as M;
}

/**
 * The loop thread's `globalThis`, recorded like an async module.
 *
 * @example In a blocking module
 * ```ts ignore
 * using response = hold(eventLoop.fetch("http://127.0.0.1:8080/"));
 * const body = awaitlet(response.json());
 * ```
 */
export const eventLoop: typeof globalThis = record({ root: { kind: "loop" } }, manner) as typeof globalThis;

function moduleUrl(url: URL | string, caller: string): string {
  if (url instanceof URL) return url.href;
  // Relative to whom, and found by whose rules, cannot be told from a bare or relative name.
  if (typeof url === "string" && /^[a-z][a-z+.-]+:/.test(url)) return url;
  throw new TypeError(
    `name a module by ${caller}(): ${JSON.stringify(url)} is not a URL; write new URL("./module.ts", import.meta.url), or a full name such as "node:fs/promises"`,
  );
}
