/**
 * Ends the threads of a pool that were idle for long.
 *
 * @module
 */

import { runtime } from "../runtime/current.ts";
import type { BlockingThread } from "./blocking_thread.ts";

/** How many threads stay however long they are idle, and after how many milliseconds the others end. */
export interface IdleLimits {
  readonly min: number;
  readonly idleTimeout: number;
}

export class IdleSweep {
  readonly #limits: IdleLimits;
  readonly #threads: ReadonlySet<BlockingThread>;
  readonly #end: (thread: BlockingThread) => void;
  #isSweeping = false;

  /** @param end Ends a thread, and takes it out of `threads`. */
  constructor(
    limits: IdleLimits,
    threads: ReadonlySet<BlockingThread>,
    end: (thread: BlockingThread) => void,
  ) {
    this.#limits = limits;
    this.#threads = threads;
    this.#end = end;
  }

  /** A thread may be idle from now on: looks again and again, as long as there are threads that may end. */
  start(): void {
    const { min, idleTimeout } = this.#limits;
    if (this.#isSweeping || this.#threads.size <= min) return;
    this.#isSweeping = true;
    /** The threads that were idle at the last look, and how many tasks they had done. */
    const idle = new Map<BlockingThread, number>();
    const sweep = () => {
      for (const thread of [...this.#threads]) {
        if (this.#threads.size <= min) break;
        if (idle.get(thread) === thread.tasksDone && thread.retire()) this.#end(thread);
      }
      idle.clear();
      for (const thread of this.#threads) if (!thread.isBusy) idle.set(thread, thread.tasksDone);
      this.#isSweeping = this.#threads.size > min;
      if (this.#isSweeping) runtime.after(idleTimeout, sweep);
    };
    sweep();
  }
}
