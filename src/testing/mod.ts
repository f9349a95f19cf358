/**
 * For tests: other implementations of async modules. `awaitlet/testing`.
 *
 * @example
 * ```ts
 * import { asyncModule } from "awaitlet";
 * import { mockAsyncModule } from "awaitlet/testing";
 * import * as assert from "uvu/assert";
 *
 * type Users = { findName(id: number): Promise<string> };
 * const url = new URL("./users.ts", import.meta.url);
 *
 * using mock = mockAsyncModule<Users>(url, { findName: async (id) => `user ${id}` });
 * assert.is(await asyncModule<Users>(url).findName(7), "user 7"); // blocking code sees it too
 * ```
 *
 * @module
 */

import { isBareName, moduleUrl } from "../base/module_url.ts";
import { replaceModule, restoreModules } from "../bridge/module_registry.ts";

/** An async module that is replaced; `using` ends that with its block. */
export interface AsyncModuleMock extends Disposable {
  /** Ends the replacement. A second call does nothing. */
  restore(): void;
}

/**
 * Replaces an async module: from now on, all that blocking code and the loop do with it by `asyncModule()` is done to
 * `implementation`. The module itself is not loaded.
 *
 * It holds on the thread that calls it, for the tasks that this thread starts. `syncDef()` and `syncModule()` load their async modules on
 * another thread, and do not see it.
 *
 * @typeParam M The module's type: `typeof import("./users.ts")`.
 * @param url The module, as it is named in `asyncModule()`. A package is replaced for all files that import it by this name.
 * @param implementation What it exports instead, as much of it as the test needs. A function may be plain, async, or a mock of the test runner's.
 * @returns What ends the replacement: its `restore()`, or `using`. Of several of one module the last holds.
 * @throws {TypeError} when `url` is neither a URL nor a name, or `implementation` no object.
 *
 * @example
 * ```ts ignore
 * using mock = mockAsyncModule<typeof import("./users.ts")>(new URL("./users.ts", import.meta.url), {
 *   findName: async () => "eve",
 * });
 * assert.equal(await asyncDef(logic.greet, 1), "hello, eve");
 * ```
 */
export function mockAsyncModule<M extends object>(
  url: URL | string,
  implementation: Partial<M>,
): AsyncModuleMock {
  const href = isBareName(url) ? url : moduleUrl(url, "mockAsyncModule");
  if (typeof implementation !== "object" || implementation === null) {
    throw new TypeError(
      `mockAsyncModule: the implementation is ${implementation === null ? "null" : `a ${typeof implementation}`}; give an object with the functions of the module`,
    );
  }
  // A copy, so that one object may be given twice; and a namespace that is given cannot change.
  const restore = replaceModule(href, { ...implementation });
  return { restore, [Symbol.dispose]: restore };
}

/** Ends all replacements that `mockAsyncModule()` has made on this thread: for the end of each test. */
export function restoreAsyncModules(): void {
  restoreModules();
}
