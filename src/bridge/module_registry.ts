/**
 * Which object stands for an async module on this loop thread: its namespace, or what a test has put in its place.
 *
 * @module
 */

import { readImport } from "../base/module_url.ts";
import { sharedByCopies } from "../runtime/copies.ts";

/** Async modules, by URL. */
export interface ModuleRegistry {
  /** What calls find. */
  readonly loaded: Map<string, object>;
  readonly loading: Map<string, Promise<object>>;
  /** The mocks of a module, the one in use last. */
  readonly mocks: Map<string, readonly object[]>;
}

/** The registry of this thread, the same for all copies of awaitlet. */
export function moduleRegistry(): ModuleRegistry {
  return sharedByCopies("async-modules", () => ({
    loaded: new Map(),
    loading: new Map(),
    mocks: new Map(),
  }));
}

/** The mock of a module, where it has one: that of a package is known by its name, whichever file imports it. */
export function mockOf(url: string): object | undefined {
  return moduleRegistry()
    .mocks.get(readImport(url)?.name ?? url)
    ?.at(-1);
}

/** By what a module is known that a mock has been given for: a package by each file that imports it. */
function keysOf(url: string): Set<string> {
  const { loaded, loading } = moduleRegistry();
  const imports = [...loaded.keys(), ...loading.keys()].filter((key) => readImport(key)?.name === url);
  return new Set([url, ...imports]);
}

/** Has the calls of an async module find `mock` instead, until what this returns is called. */
export function replaceModule(url: string, mock: object): () => void {
  const { loaded, mocks } = moduleRegistry();
  mocks.set(url, [...(mocks.get(url) ?? []), mock]);
  for (const key of keysOf(url)) loaded.set(key, mock);
  return () => {
    const all = mocks.get(url);
    if (all?.includes(mock))
      keepMocks(
        url,
        all.filter((other) => other !== mock),
      );
  };
}

/** Ends all replacements. */
export function restoreModules(): void {
  for (const url of [...moduleRegistry().mocks.keys()]) keepMocks(url, []);
}

/** Has calls find the last of these mocks; where there is none, the module itself. */
function keepMocks(url: string, left: readonly object[]): void {
  const { loaded, loading, mocks } = moduleRegistry();
  const last = left.at(-1);
  if (last !== undefined) {
    mocks.set(url, left);
    for (const key of keysOf(url)) loaded.set(key, last);
    return;
  }
  mocks.delete(url);
  // The module is asked for anew, which costs little where the runtime has it.
  for (const key of keysOf(url)) {
    loaded.delete(key);
    loading.delete(key);
  }
}
