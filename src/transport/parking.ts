/**
 * How a blocking thread waits for a message: it spins where that is measured to help, then it sleeps.
 *
 * @module
 */

import { AdaptiveSpin } from "./adaptive_spin.ts";
import { ThreadState } from "./cells.ts";
import type { Channel } from "./channel.ts";
import type { CrewMember } from "./crew_member.ts";
import { acquireSpinPermit, contentionCount, releaseSpinPermit } from "./spin_permits.ts";

/** How long to spin before the thread sleeps, in milliseconds: a query to a database near by takes less. */
const SPIN = 0.2;

/** So many waits are not measured: a program that has few of them gains nothing by it. */
const UNMEASURED = 64;

/** How many looks there are between two at the clock while spinning: fewer calls than with half as many, and as soon awake. */
const LOOKS = 400;

/** A hint to the processor that this thread spins, where the runtime has it. */
const breathe: () => void = (Reflect.get(Atomics, "pause") as (() => void) | undefined) ?? (() => {});

/** Asked for once: on Node the global property is an accessor. */
const { performance: clock } = globalThis;

type Spin = (cells: Int32Array, state: number) => void;

/** What came of spinning. */
type Spun = "not at all" | "in vain" | "refused" | "came";

export class Parking {
  readonly #member: CrewMember;
  readonly #channel: Channel;
  /** What a permit to spin is taken for. */
  readonly #number: number;
  readonly #adaptive = new AdaptiveSpin();
  #unmeasured = UNMEASURED;
  #parkedMs = 0;
  #spinMs = 0;
  #spun: Spun = "not at all";

  constructor(member: CrewMember, channel: Channel) {
    this.#member = member;
    this.#channel = channel;
    this.#number = channel.number;
  }

  /** How long the thread has been parked so far, in milliseconds. */
  get parkedMs(): number {
    return this.#parkedMs;
  }

  /** Parks until the thread is woken, or `ms` have passed. Returns whether it was woken. */
  await(ms: number): boolean {
    const begun = clock.now();
    let isMeasured = false;
    if (this.#unmeasured > 0) this.#unmeasured--;
    // Where others need the core the thread does not spin, and how long it waits says nothing of that.
    else isMeasured = !this.#member.othersRun(1);
    const spin = isMeasured ? this.#prepareSpin(ms) : undefined;
    const woken = this.#member.park(ThreadState.parked, this.#channel.message.hasNext, ms, spin);
    const took = clock.now() - begun;
    this.#parkedMs += took;
    this.#channel.parkedMs = this.#parkedMs;
    if (isMeasured) this.#learn(took);
    return woken;
  }

  #prepareSpin(ms: number): Spin | undefined {
    this.#spun = "not at all";
    this.#spinMs = this.#adaptive.next(Math.min(ms, SPIN));
    return this.#spinMs > 0 ? this.#spin : undefined;
  }

  #learn(took: number): void {
    if (this.#spun === "refused") this.#adaptive.refused();
    else if (this.#spun === "in vain") this.#adaptive.wasInVain(took);
    else this.#adaptive.took(took);
  }

  /** Spins until the thread is woken, the time is over, or others need the core. */
  readonly #spin: Spin = (cells, state) => {
    if (!acquireSpinPermit(this.#number)) {
      this.#spun = "refused";
      return;
    }
    const contention = contentionCount();
    const until = clock.now() + this.#spinMs;
    this.#spun = "in vain";
    do {
      for (let i = 0; i < LOOKS; i++) {
        if (Atomics.load(cells, state) === ThreadState.running) {
          this.#spun = "came";
          releaseSpinPermit(this.#number);
          return;
        }
        breathe();
      }
    } while (contentionCount() === contention && !this.#member.othersRun(0) && clock.now() < until);
    releaseSpinPermit(this.#number);
  };
}

/** For how many milliseconds at most a thread that awaits a message without being woken sleeps between two looks. */
const LONGEST_NAP = 1;

/**
 * Blocks the loop thread until a message has come, or `ms` have passed. Nobody wakes it, so it looks: while it spins, then ever more seldom.
 *
 * @returns Whether one has come. `false` at once where this thread may not sleep, as a browser's main thread.
 */
export function awaitUnwoken(channel: Channel, ms: number): boolean {
  // By no clock: a test may have it stand still.
  for (let nap = 0, left = ms; !channel.hasArrived; nap = Math.min(2 * nap + 0.02, LONGEST_NAP)) {
    if (left <= 0) return false;
    left -= nap;
    if (nap > 0) {
      try {
        pause(nap);
      } catch {
        return false;
      }
    } else for (let i = 0; i < LOOKS && !channel.hasArrived; i++) breathe();
  }
  return true;
}

/** Blocks this thread for `ms` milliseconds. The cell is nobody else's, so nothing wakes it earlier. */
export function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 0, ms);
}
