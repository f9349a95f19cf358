/**
 * When a task is cancelled: by signals, or when its time is up.
 *
 * @module
 */

import { ThreadDied } from "../base/errors.ts";
import type { Task } from "../bridge/task.ts";
import { runtime } from "../runtime/current.ts";
import { onAbort } from "./abort_listeners.ts";
import type { BlockingThread } from "./blocking_thread.ts";
import { timeoutError } from "./timeout_error.ts";

/** What cancels a task; times are in milliseconds. */
export interface CancelLimits {
  readonly signals: readonly (AbortSignal | undefined)[];
  /** How long it may take. */
  readonly timeout: number | undefined;
  /** How long its thread may take to end it, once it is cancelled. */
  readonly grace: number;
}

/**
 * Cancels a task when one of its limits says so.
 *
 * @param giveUp Rejects the task where no thread has it. Returns the thread that has.
 * @param endThread Ends a thread that takes too long.
 */
export function cancelWith(
  task: Task,
  { signals, timeout, grace }: CancelLimits,
  giveUp: (reason: unknown) => BlockingThread | undefined,
  endThread: (thread: BlockingThread, died: ThreadDied) => void,
): void {
  let cancelGrace: (() => void) | undefined;
  const cancel = (reason: unknown) => {
    const thread = giveUp(reason);
    if (thread === undefined || task.cancellation !== undefined) return;
    thread.cancel(task, reason);
    if (task.settled) return;
    cancelGrace = runtime.after(grace, () => {
      const message = `run ${task.target.name}: it was cancelled and had not returned ${grace} ms later, so its thread was ended`;
      endThread(thread, new ThreadDied(message, { cause: reason }));
    });
  };
  const stops = signals.map((signal) => signal && onAbort(signal, cancel));
  if (timeout !== undefined) stops.push(runtime.after(timeout, () => cancel(timeoutError())));
  task.onSettled.add(() => {
    cancelGrace?.();
    for (const stop of stops) stop?.();
  });
}
