/**
 * Modules on the other side: `blockingModule()` and `asyncModule()`.
 *
 * @module
 */

import { checkOptions } from "./base/check_options.ts";
import { importOf, isBareName, moduleUrl } from "./base/module_url.ts";
import { loadedModule, loadModule } from "./bridge/async_modules.ts";
import { throwOnAwait } from "./bridge/await_policy.ts";
import { blockingEnd } from "./bridge/current_end.ts";
import { evaluateHere } from "./bridge/local_evaluation.ts";
import { callerHere } from "./bridge/stack_trace.ts";
import type { Target } from "./bridge/task.ts";
import { fileThatCalls } from "./runtime/caller.ts";
import { currentThreads } from "./threads/default_pool.ts";
import type { TaskOptions } from "./threads/options.ts";
import type { Pool } from "./threads/pool.ts";
import { DEFAULT_LOAD_TIMEOUT } from "./threads/roster.ts";
import { type AwaitPolicy, isCalled, record, recordCall } from "./wire/expression.ts";

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

/** A function that `asyncDef()` takes: one of a {@linkcode blockingModule}. */
export interface FromBlockingModule {
  /** Marks it for the compiler alone: a function that is imported as usual has no such mark. */
  readonly "~fromBlockingModule": true;
}

/** A function of a blocking module, as the loop sees it. */
export type BlockingFunction<F> = F extends (...args: infer A) => infer R
  ? ((...args: { [I in keyof A]: Given<A[I]> }) => BlockingResult<R>) & FromBlockingModule
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
  checkOptions("blockingModule()", options, { loadTimeout: true });
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
  if (blockingEnd() === undefined) {
    return (pool ?? currentThreads()).run(target, args, options, callerHere());
  }
  const { url, name, loadTimeout } = target;
  const root = { kind: "task", url, name, options: { loadTimeout, ...options } } as const;
  return recordCall({ root }, { kind: "call", args }, throwOnAwait);
}

/** What was awaited here: a call is made once, however often it is awaited. */
const promises = new WeakMap<object, Promise<unknown>>();

/** In blocking code only `awaitlet()` gets the value of an expression; on the loop it can simply be awaited. */
const policy: AwaitPolicy = {
  then(node) {
    if (blockingEnd() !== undefined) return throwOnAwait.then(node);
    const promise = promises.get(node) ?? evaluateHere(node, { loadedModule, loadModule });
    if (isCalled(node)) promises.set(node, promise);
    return promise.then.bind(promise);
  },
  isInstance: (node, value) => throwOnAwait.isInstance?.(node, value) === true,
};

/**
 * Names a module of async functions, to use them from blocking code.
 *
 * The module is loaded on the loop thread, and nowhere else. What is done to the result is recorded; in blocking code
 * `awaitlet()` has the recording evaluated on the loop, on the loop thread itself `await` does.
 *
 * A package is found as the calling file itself would import it: by its `node_modules`, the `imports` of its package, its import map.
 *
 * @typeParam M The module's type: `typeof import("./db.ts")`, `typeof import("pg")`.
 * @param url Where the module is: `new URL("./db.ts", import.meta.url)`; or a package, as `"pg"`; or a full name, as
 * `"node:timers/promises"` or, on Deno, `"npm:pg"`.
 * @param from The `import.meta.url` of the file that imports the package. By default the file that calls `asyncModule()`, which the stack
 * tells: say it in a function that returns what `asyncModule()` gives, since Bun leaves such functions out of stacks.
 * @returns The module, by type `M` itself, generics and overloads intact.
 * @throws {TypeError} when `url` is none of these.
 *
 * @example
 * ```ts
 * import { asyncModule } from "awaitlet";
 * import * as assert from "uvu/assert";
 *
 * const timers = asyncModule<typeof import("node:timers/promises")>("node:timers/promises");
 * assert.is(await timers.setTimeout(1, "done"), "done"); // in blocking code: awaitlet(timers.setTimeout(1, "done"))
 * ```
 *
 * @example A package, without a module of one's own
 * ```ts ignore
 * const pg = asyncModule<typeof import("pg")>("pg");
 * const pool = awaitlet(new pg.Pool());
 * const { rows } = awaitlet(pool.query("select 1 as one"));
 * ```
 */
export function asyncModule<M>(url: URL | string, from?: URL | string): M {
  if (!isBareName(url)) return moduleExpression(moduleUrl(url, "asyncModule")) as M;
  const file = from === undefined ? fileThatCalls(asyncModule) : moduleUrl(from, "asyncModule");
  if (file !== undefined) return moduleExpression(importOf(url, file)) as M;
  throw new TypeError(
    `name a module by asyncModule(): the runtime does not tell which file imports ${url}; write asyncModule(${JSON.stringify(url)}, import.meta.url)`,
  );
}

/** The recorded expression of an async module. */
export function moduleExpression(url: string): unknown {
  return record({ root: { kind: "module", url } }, policy);
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
export const eventLoop: typeof globalThis = record({ root: { kind: "loop" } }, policy) as typeof globalThis;
