/**
 * What a pool says of itself when it fails a task, or is used wrongly.
 *
 * @module
 */

import { QueueFull, ThreadDied } from "../base/errors.ts";
import { said } from "../wire/said.ts";

export function cannotStart(cause: unknown): ThreadDied {
  return new ThreadDied(`start a blocking thread: ${said(cause)}`, { cause });
}

export function endedIdle(): ThreadDied {
  return new ThreadDied("end a blocking thread: it was idle");
}

export function closed(name: string): Error {
  return new Error(
    `run ${name}: its pool of blocking threads takes no more tasks, it was closed or terminated; use another, or close it later`,
  );
}

export function closedWithin(name: string): Error {
  return new Error(
    `close blocking threads: ${name} runs on them and waits for this, so neither would ever be done; close them outside of their tasks, or with { force: true }`,
  );
}

export function queueFull(name: string, queued: number): QueueFull {
  return new QueueFull(
    `run ${name}: ${queued} tasks wait for a thread already, the most that maxQueue allows`,
  );
}
