/**
 * What a blocking thread knows of an engine: its settings, and by which name the loop knows it.
 *
 * @module
 */

import { awaitlet } from "../../../mod.ts";
import type { EngineSettings } from "../base/options.ts";
import type { EngineName } from "../loop/engines.ts";
import { engineOf, type PackedResult } from "../query/packed_result.ts";
import type { BoundQuery } from "../types/custom_types.ts";
import { loop } from "./remote.ts";

/** The number of the connection that this thread closed last. The next message gives it back; 0 if there is none. */
let released = 0;

/** The next message gives the connection back, or the end of the task. */
export function releaseLater(connection: number): void {
  if (released !== 0) awaitlet(loop.close(released));
  released = connection;
}

/** The connection to give back with this message, or 0. */
export function takeReleased(): number {
  const number = released;
  released = 0;
  return number;
}

/** Of how many engines the links are kept. */
const MOST_LINKS = 1000;

/** By settings: copies of one engine are one to the loop. */
const links = new Map<string, EngineLink>();

/** The link to the engine of these settings. */
export function linkOf(settings: EngineSettings): EngineLink {
  const { pool, echo, types, engine } = settings;
  if (typeof echo === "function" || !types.areNone) return new EngineLink(settings);
  const key = engineKey(settings);
  let link = links.get(key);
  if (link === undefined) {
    // Those of engines that are no longer used are not kept for ever; each is made again when it is asked for.
    if (links.size >= MOST_LINKS) links.clear();
    link = new EngineLink({ pool, echo, types, engine });
    links.set(key, link);
  }
  return link;
}

/** Writes the settings for the loop. */
function engineKey({ pool, echo, engine }: EngineSettings): string {
  return JSON.stringify([pool, echo === true, engine]);
}

export class EngineLink {
  readonly settings: EngineSettings;
  /** The number that the loop has given it; before that its settings. */
  name: EngineName;

  constructor(settings: EngineSettings) {
    this.settings = settings;
    this.name = engineKey(settings);
  }

  /** The loop has told the number that it knows the engine by; 0 where it does not know it. */
  acceptNumber(number: number): void {
    this.name = number === 0 ? engineKey(this.settings) : number;
  }

  /** The loop has answered. Returns whether it knew the engine: else it is to be asked again. */
  accept(result: PackedResult): boolean {
    if (result.length === 0) {
      // Another loop thread, which has died, had given the number.
      this.name = engineKey(this.settings);
      return false;
    }
    if (typeof this.name === "string") this.name = engineOf(result);
    return true;
  }
}

const NUMBERS = 2 ** 22;
const firstNumber = Math.floor(Math.random() * 2 ** 30) * NUMBERS + NUMBERS;
let lastNumber = 0;

/** A number for a connection. The first one is random, so that no two threads choose the same. */
export function newNumber(): number {
  lastNumber = (lastNumber + 1) % NUMBERS;
  return firstNumber + lastNumber;
}

/** Runs a statement on the connection of that number; 0 for one by itself. */
export function run(
  engine: EngineLink,
  number: number,
  begin: string,
  { text, values }: BoundQuery,
): PackedResult {
  const result = awaitlet(
    loop.execute(engine.name, number, begin, takeReleased(), text, ...values) as PackedResult,
  );
  return engine.accept(result) ? result : run(engine, number, begin, { text, values });
}

/** Writes the values of a query that has such as are written by the caller's own types. */
export function bind(engine: EngineLink, number: number, query: BoundQuery): BoundQuery {
  const { types } = engine.settings;
  if (!types.concern(query)) return query;
  let parameters = types.parametersOf(query);
  while (parameters === undefined) {
    parameters = awaitlet(loop.describe(engine.name, number, query.text));
    if (parameters === undefined) engine.acceptNumber(0);
  }
  return types.bind(query, parameters);
}
