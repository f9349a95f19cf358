/**
 * Signals of blocking code that async code is given: each is a signal of the loop's own there, which aborts with the original.
 *
 * @module
 */

import type { Reader, Writer } from "../wire/codec.ts";
import { blockingEnd } from "./current_end.ts";

type Abort = (reason: unknown) => unknown;
/** Has a signal call `abort` when it aborts. The loop calls it, while the thread waits. */
type Subscribe = (abort: Abort) => unknown;

const subscriptions = new WeakMap<AbortSignal, Subscribe>();
const controllers = new WeakMap<Subscribe, AbortController>();

/** Whether an object is a signal of this thread's. */
export function isSignal(object: object): object is AbortSignal {
  return Object.getPrototypeOf(object) === AbortSignal.prototype;
}

/** Writes a signal of blocking code. */
export function writeSignal(signal: AbortSignal, writer: Writer): void {
  writer.uint(signal.aborted ? 1 : 0);
  if (signal.aborted) {
    writer.write(signal.reason);
    return;
  }
  let subscribe = subscriptions.get(signal);
  if (subscribe === undefined) {
    if (isTimeout(signal)) blockingEnd()?.inbox.tell(NO_TIMER);
    subscribe = subscriptionTo(signal);
    subscriptions.set(signal, subscribe);
  }
  writer.write(subscribe);
}

const NO_TIMER =
  "AbortSignal.timeout() in blocking code: no timer fires while its thread waits, so the signal does not abort what is awaited; give eventLoop.AbortSignal.timeout(…) instead, or a timeout to asyncDef.with() or syncDef.with()";

/** Whether a timer of this thread is to abort a signal, where that can be told: on Node. */
function isTimeout(signal: AbortSignal): boolean {
  const mark = Object.getOwnPropertySymbols(signal).find(({ description }) => description === "kTimeout");
  return mark !== undefined && Reflect.get(signal, mark) === true;
}

function subscriptionTo(signal: AbortSignal): Subscribe {
  /** One listener does for all tasks: runtimes warn of many. */
  let aborts: Set<Abort> | undefined;
  return (abort) => {
    // It may have aborted before its thread came to wait.
    if (signal.aborted) {
      abort(signal.reason);
      return;
    }
    if (aborts === undefined) {
      const all = new Set<Abort>();
      aborts = all;
      const abortAll = (): void => {
        // A task that is over has no signal there any more.
        for (const each of all) {
          try {
            each(signal.reason);
          } catch {
            // That task's own awaitlet() throws what cancels it.
          }
        }
      };
      signal.addEventListener("abort", abortAll, { once: true });
    }
    aborts.add(abort);
  };
}

/** Reads what `writeSignal()` wrote. The same signal is the same here, as long as its task runs. */
export function readSignal(reader: Reader): AbortSignal {
  const isAborted = reader.uint() === 1;
  const given = reader.value();
  if (isAborted) return AbortSignal.abort(given);
  const subscribe = given as Subscribe;
  let controller = controllers.get(subscribe);
  if (controller === undefined) {
    const made = new AbortController();
    controller = made;
    controllers.set(subscribe, made);
    // Once the message is read. A task that ends before it can subscribe aborts nothing any more.
    void Promise.resolve()
      .then(() => subscribe((reason) => made.abort(reason)))
      .catch(() => {});
  }
  return controller.signal;
}
