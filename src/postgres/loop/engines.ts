/**
 * The engines of blocking code, on the loop: by number, so that a statement need not bring the settings with it.
 *
 * @module
 */

import { addressOf } from "../base/connection_url.ts";
import { type Echo, echoOf } from "../base/echo.ts";
import { engineClosed } from "../base/errors.ts";
import type { PoolSettings } from "../base/options.ts";
import { type Pool, poolOf } from "../protocol/pool.ts";

/** An engine as the loop knows it. */
export interface LoopEngine {
  readonly number: number;
  readonly pool: Pool;
  readonly echo: Echo;
  /** Whether statements are not shown. */
  readonly isQuiet: boolean;
  /** Where it leads, for messages. */
  readonly address: string;
  /** Whether it takes no more work. */
  isClosed: boolean;
}

/**
 * What an engine is: its number, or where the caller does not know that yet, as JSON, the settings of its pool, whether statements are
 * shown, and `EngineSettings.engine`.
 */
export type EngineName = number | string;

const byNumber = new Map<number, LoopEngine>();
const byKey = new Map<string, LoopEngine>();

/** For how many engines the loop keeps the number. A caller that names another is asked for its settings again. */
const MOST_KNOWN = 1000;

/** The engines that were closed, by `EngineSettings.engine`, the one closed last at the end. */
const closed = new Set<number>();

/** How many closed engines the loop remembers: other threads may have copies of them. */
const MOST_CLOSED = 10_000;

/** The engine of that name; `undefined` for a number that another loop thread has given, before this one took its place. */
export function engineOf(name: EngineName): LoopEngine | undefined {
  return typeof name === "number" ? byNumber.get(name) : (byKey.get(name) ?? addEngine(name));
}

function addEngine(key: string): LoopEngine {
  const [settings, echo, id] = JSON.parse(key) as [PoolSettings, boolean, number];
  if (byKey.size >= MOST_KNOWN) {
    byNumber.clear();
    byKey.clear();
  }
  // At random, so that no number of another loop thread is taken for one of this.
  const number = 1 + Math.floor(Math.random() * (2 ** 31 - 1));
  const engine = {
    number,
    pool: poolOf(settings),
    echo: echoOf(echo),
    isQuiet: !echo,
    address: addressOf(settings.url),
    isClosed: closed.has(id),
  };
  byNumber.set(number, engine);
  byKey.set(key, engine);
  return engine;
}

/** Has the engine take no more work, on all threads. */
export function markClosed(id: number): void {
  closed.add(id);
  const [oldest] = closed;
  if (closed.size > MOST_CLOSED && oldest !== undefined) closed.delete(oldest);
  for (const [key, engine] of byKey) {
    const [, , of] = JSON.parse(key) as [PoolSettings, boolean, number];
    if (of === id) engine.isClosed = true;
  }
}

/** @throws {ConnectionError} When the engine was closed. */
export function checkOpen(id: number, { url }: PoolSettings): void {
  if (closed.has(id)) throw engineClosed(addressOf(url));
}
