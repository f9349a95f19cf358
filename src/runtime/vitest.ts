/**
 * Vitest loads a test's modules by a loader of its own, which Node's `import()` knows nothing of.
 *
 * @module
 */

import { builtin } from "./builtin.ts";

/** What Vitest puts on the `globalThis` of a thread that runs tests, as far as it is read here. */
interface Vitest {
  readonly __vitest_worker__?: {
    readonly evaluatedModules?: { getModulesByFile?(file: string): ReadonlySet<unknown> | undefined };
  };
  readonly __vitest_mocker__?: { getDependencyMock?(file: string): unknown };
}

/**
 * Warns where a module that Node has loaded is also there, or mocked, in Vitest: the test and blocking code then work with two
 * instances of it.
 *
 * @param url The async module.
 */
export function warnOfSecondInstance(url: string): void {
  const { __vitest_worker__: worker, __vitest_mocker__: mocker } = globalThis as Vitest;
  // Where Vitest has loaded this file too, the module came by its loader.
  if (worker === undefined || !url.startsWith("file:") || "env" in import.meta) return;
  const file = builtin("node:url").fileURLToPath(url).replaceAll("\\", "/");
  const isMocked = mocker?.getDependencyMock?.(file) !== undefined;
  if (!isMocked && !worker.evaluatedModules?.getModulesByFile?.(file)?.size) return;
  const what = isMocked
    ? "Vitest has a mock of it, which blocking code does not see"
    : "it is loaded twice, by Vitest for the test and by Node for blocking code, each with its own state";
  builtin("node:process").emitWarning(
    `load ${file}: ${what}; write server: { deps: { inline: ["awaitlet"] } } under "test" of the configuration of Vitest (see docs/testing.md of awaitlet)`,
    "AwaitletWarning",
  );
}
