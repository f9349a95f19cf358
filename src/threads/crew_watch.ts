/**
 * Looks after a pool's threads while tasks wait: whether to start another, and whether to let one more run.
 *
 * @module
 */

import { runtime } from "../runtime/current.ts";
import type { CrewLoop } from "../transport/crew_loop.ts";
import type { BlockingThread } from "./blocking_thread.ts";
import { Growth, LOOK } from "./growth.ts";

/** After how many milliseconds threads that are held back count those that compute as busy for long. */
const HELD_BACK = 10;

/** What is asked of the pool. */
export interface WatchedPool {
  readonly crew: CrewLoop;
  readonly threads: ReadonlySet<BlockingThread>;
  /** How many threads there may be. */
  readonly max: number;
  readonly hasEnded: boolean;
  readonly hasTasks: boolean;
  start(): void;
}

export class CrewWatch {
  readonly #pool: WatchedPool;
  #isGrowing = false;
  #isHolding = false;

  constructor(pool: WatchedPool) {
    this.#pool = pool;
  }

  /** Starts more threads as long as tasks wait for them. */
  grow(): void {
    if (this.#isGrowing) return;
    this.#isGrowing = true;
    const pool = this.#pool;
    const { dispatcher, queue } = pool.crew;
    let growth = new Growth();
    const look = () => {
      this.#isGrowing = false;
      if (pool.hasEnded || queue === undefined || !dispatcher.tasksWait) return;
      if (pool.threads.size >= pool.max) return;
      // Until a new one has done its first task, all of them are slower, and it has not helped yet.
      if ([...pool.threads].some((thread) => thread.isNew)) growth = new Growth();
      else if (growth.look(pool.threads.size, queue, dispatcher.isRightFree)) pool.start();
      this.#isGrowing = true;
      runtime.after(LOOK, look);
    };
    runtime.after(LOOK, look);
  }

  /** Where threads are held back for long by those that compute, lets one more run. */
  heldBack(): void {
    if (this.#isHolding) return;
    this.#isHolding = true;
    const pool = this.#pool;
    runtime.after(HELD_BACK, () => {
      this.#isHolding = false;
      if (pool.hasEnded || !pool.hasTasks) return;
      const { crew } = pool;
      if (!crew.dispatcher.isHeldBack) return;
      crew.dispatcher.exceedLimit(crew.indices());
      this.heldBack();
    });
  }
}
