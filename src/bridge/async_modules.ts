/**
 * Loads async modules on this loop thread, each once.
 *
 * @module
 */

import { importModule } from "../runtime/import_module.ts";
import { warnOfSecondInstance } from "../runtime/vitest.ts";
import { type ModuleRegistry, mockOf, moduleRegistry } from "./module_registry.ts";

/** The name of awaitlet's own async module, which is a part of its one file when it is built. */
export const READ_AHEAD = "awaitlet:read_ahead";

/** Asked for when it is needed: to import awaitlet puts nothing on `globalThis`. */
let registry: ModuleRegistry | undefined;

/** The namespace of an async module, where it is loaded already. */
export function loadedModule(url: string): object | undefined {
  registry ??= moduleRegistry();
  return registry.loaded.get(url);
}

/** Loads an async module, once; one that failed is tried again. */
export function loadModule(url: string): Promise<object> {
  registry ??= moduleRegistry();
  const { loaded, loading } = registry;
  const mock = mockOf(url);
  if (mock !== undefined) {
    loaded.set(url, mock);
    return Promise.resolve(mock);
  }
  let promise = loading.get(url);
  if (promise === undefined) {
    promise = importOnce(url);
    loading.set(url, promise);
    promise.then(
      (namespace) => {
        // A mock that has come meanwhile stays.
        if (mockOf(url) === undefined) loaded.set(url, namespace);
      },
      () => loading.delete(url),
    );
  }
  return promise;
}

/**
 * Loads what `iterate()` opens its sources by, ahead of the first: a source that is opened a moment after it was made may have told of
 * its end, or its error, to nobody.
 */
export function loadAhead(): void {
  // Where that fails, the first `iterate()` tells why.
  loadModule(READ_AHEAD).catch(() => {});
}

async function importOnce(url: string): Promise<object> {
  if (url === READ_AHEAD) return import("./read_ahead.ts");
  // Not a copy of it: exports may be assigned later.
  const namespace = await importModule(url);
  warnOfSecondInstance(url);
  return namespace;
}
