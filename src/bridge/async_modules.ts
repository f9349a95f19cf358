/**
 * The async modules that this loop thread has loaded.
 *
 * @module
 */

const loaded = new Map<string, object>();
const loading = new Map<string, Promise<object>>();

/** The namespace of an async module, where it is loaded already. */
export function loadedModule(url: string): object | undefined {
  return loaded.get(url);
}

/** Loads an async module, once; one that failed is tried again. */
export function loadModule(url: string): Promise<object> {
  let promise = loading.get(url);
  if (promise === undefined) {
    promise = importModule(url);
    loading.set(url, promise);
    promise.catch(() => loading.delete(url));
  }
  return promise;
}

async function importModule(url: string): Promise<object> {
  const namespace = { ...((await import(url)) as object) };
  loaded.set(url, namespace);
  return namespace;
}
