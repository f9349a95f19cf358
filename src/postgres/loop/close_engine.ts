/**
 * How an engine ends.
 *
 * @module
 */

import type { PoolSettings } from "../base/options.ts";
import { poolOf } from "../protocol/pool.ts";
import { markClosed } from "./engines.ts";
import { checkNoneInUse } from "./lease_registry.ts";
import { endListening } from "./listener.ts";

/**
 * Has an engine take no more work, waits for what runs, or breaks that off, and closes the connections. Other engines of the
 * same settings, which share them, make new ones.
 *
 * @param settings The settings of its pool.
 * @param id `EngineSettings.engine`.
 * @param force Whether to break off what runs.
 * @throws {Error} When the present task has a connection in use: it would wait for itself.
 */
export async function closeEngine(settings: PoolSettings, id: number, force: boolean): Promise<void> {
  const pool = poolOf(settings);
  if (!force) checkNoneInUse(pool);
  markClosed(id);
  await Promise.all([endListening(settings, id), force ? pool.breakOff() : pool.finish()]);
}
