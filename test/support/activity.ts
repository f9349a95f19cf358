import { setTimeout as sleep } from "node:timers/promises";
import { ask, url } from "./postgres.ts";

/** A connection as the server sees it. */
export interface Backend {
  readonly pid: number;
  /** `active`, `idle`, `idle in transaction`, … */
  readonly state: string;
  /** The statement that it runs, or has run last. */
  readonly query: string;
}

/**
 * Asks the server for the connections of one application.
 *
 * @param application The `application_name` that they go by.
 * @param server The URL of the server.
 * @returns The connections, the oldest first.
 */
export async function backendsOf(application: string, server: string = url): Promise<Backend[]> {
  const query =
    "select pid, state, query from pg_stat_activity where application_name = $1 order by backend_start";
  const rows = await ask(query, [application], server);
  return rows.map(({ pid, state, query }) => ({
    pid: Number(pid),
    state: String(state),
    query: String(query),
  }));
}

/** Asks again and again, until the connections are as they should be. */
export async function untilBackends(
  application: string,
  areSo: (backends: Backend[]) => boolean,
  what: string,
  server: string = url,
): Promise<Backend[]> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const backends = await backendsOf(application, server);
    if (areSo(backends)) return backends;
    if (performance.now() > deadline) {
      throw new Error(`it was not so after 10 s: ${what}; the server has ${JSON.stringify(backends)}`);
    }
    await sleep(20);
  }
}

/** Waits until one of the connections runs such a query. */
export async function untilRunning(application: string, text: string, server: string = url): Promise<void> {
  const isRunning = (backends: Backend[]) =>
    backends.some(({ state, query }) => state === "active" && query.includes(text));
  await untilBackends(application, isRunning, `"${text}" runs`, server);
}

/** Waits until there is no connection. */
export async function untilNone(application: string, server: string = url): Promise<void> {
  await untilBackends(application, (backends) => backends.length === 0, "no connection is left", server);
}
