import process from "node:process";
import { createEngine, sql } from "../../../src/postgres/mod.ts";

export interface Place {
  readonly url: string;
  readonly application: string;
}

const engineOf = ({ url, application }: Place) => createEngine(url, { applicationName: application });

/** How many of the application's connections listen: what they ran last. */
const listeners = (application: string) =>
  sql`select count(*)::int from pg_stat_activity where application_name = ${application} and query ilike ${"listen%"}`;

/** What comes on a channel of that name, sent before and while it is listened to. */
export function echo(place: Place, channel: string, payloads: readonly string[]): unknown[] {
  const engine = engineOf(place);
  using conn = engine.connect();
  conn.notify(channel, "too early");
  using notifications = engine.listen(channel, { timeout: 5000 });
  for (const payload of payloads) conn.notify(channel, payload);
  const found: unknown[] = [];
  for (const { channel: from, payload } of notifications) {
    found.push(from === channel ? payload : from);
    if (found.length === payloads.length) break;
  }
  return found;
}

/** A loop that ends because nothing comes; how many milliseconds it took, and whether another one begins. */
export function timesOut(
  place: Place,
  channel: string,
  timeout: number,
): { found: string[]; ms: number; again: unknown[] } {
  const engine = engineOf(place);
  using conn = engine.connect();
  const notifications = engine.listen(channel, { timeout });
  conn.notify(channel, "one");
  const found: string[] = [];
  const started = performance.now();
  for (const { payload } of notifications) found.push(payload);
  return { found, ms: performance.now() - started, again: [...notifications] };
}

/** A transaction sends when it commits, and not when it rolls back. */
export function transactional(place: Place, channel: string): unknown {
  const engine = engineOf(place);
  using conn = engine.connect();
  using notifications = engine.listen(channel, { timeout: 5000 });
  const rolledBack = conn.begin();
  conn.notify(channel, "rolled back");
  rolledBack.rollback();
  conn.begin(() => {
    conn.notify(channel, "committed");
    conn.notify(channel);
  });
  const iterator = notifications[Symbol.iterator]();
  return [1, 2].map(() => iterator.next().value?.payload);
}

function* take(of: Iterable<{ payload: string }>, count: number): Generator<string> {
  let taken = 0;
  for (const { payload } of of) {
    yield payload;
    taken += 1;
    if (taken === count) return;
  }
}

/** Several who listen: to one channel, and to others; the last to leave ends the connection. */
export function several(place: Place, channel: string): unknown {
  const engine = engineOf(place);
  using conn = engine.connect();
  const open = () => conn.execute(listeners(place.application)).scalar();
  const options = { timeout: 5000 };
  const a = engine.listen(channel, options);
  const b = engine.listen(channel, options);
  const c = engine.listen(channel.toUpperCase(), options);
  const counts = [open()];
  conn.notify(channel, "lower");
  conn.notify(channel.toUpperCase(), "upper");
  const found = [...take(a, 1), ...take(c, 1)];
  const again = engine.listen(channel, options);
  conn.notify(channel, "second");
  found.push(...take(again, 1), ...take(b, 2));
  counts.push(open());
  a.close();
  return { found, counts };
}

/** A connection that is lost while it is listened on: what was sent before comes, then an error; then it listens anew. */
export function lose(place: Place, channel: string): string[] {
  const engine = engineOf(place);
  using conn = engine.connect();
  const said: string[] = [];
  const notifications = engine.listen(channel, { timeout: 5000 });
  conn.notify(channel, "before");
  try {
    for (const { payload } of notifications) {
      said.push(payload);
      conn.execute(
        sql`select pg_terminate_backend(pid) from pg_stat_activity
          where application_name = ${place.application} and query ilike ${"listen%"}`,
      );
    }
  } catch (error) {
    said.push((error as Error).name, (error as Error).message);
  }
  using again = engine.listen(channel, { timeout: 5000 });
  conn.notify(channel, "after");
  said.push(...take(again, 1));
  return said;
}

export function waitsForEver(place: Place, channel: string): void {
  for (const _ of engineOf(place).listen(channel));
}

export function die(place: Place, channel: string): void {
  engineOf(place).listen(channel);
  process.exit(3);
}

export function refused(place: Place): string[] {
  const engine = engineOf(place);
  const attempts: [string, number][] = [
    ["", 1],
    ["a\0b", 1],
    ["x".repeat(64), 1],
    ["é".repeat(32), 1],
    ["x", -1],
    ["x", Number.NaN],
  ];
  return attempts.map(([channel, timeout]) => {
    try {
      engine.listen(channel, { timeout });
      return "done";
    } catch (error) {
      return `${(error as Error).name}: ${(error as Error).message}`;
    }
  });
}

export function openListeners(place: Place): unknown {
  using conn = engineOf(place).connect();
  return conn.execute(listeners(place.application)).scalar();
}

export function dispose(place: Place): void {
  engineOf(place).dispose();
}
