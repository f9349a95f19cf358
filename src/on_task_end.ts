/**
 * What async code does when the task for which it works has ended.
 *
 * @module
 */

import { currentTask } from "./bridge/task_context.ts";

/**
 * Has `listener` called when the task for which the present async code runs has ended: it returned, threw, was
 * cancelled, or its thread died. For what async code keeps for a task that may not come to give it back itself.
 *
 * @param listener What to do. What it throws nobody catches: it ends the process as such an error does.
 * @returns A function that takes the listener back. Outside a task, whose end there is none of, it is never called.
 *
 * @example In an async module
 * ```ts ignore
 * export async function lease(): Promise<number> {
 *   const connection = await pool.acquire();
 *   onTaskEnd(() => pool.release(connection));
 *   return connection.number;
 * }
 * ```
 */
export function onTaskEnd(listener: () => void): () => void {
  const task = currentTask();
  if (task === undefined) return () => {};
  // Apart from the end itself, which must not fail because of a listener.
  const hear = () => queueMicrotask(listener);
  if (task.settled) hear();
  else task.onSettled.add(hear);
  return () => void task.onSettled.delete(hear);
}
