/**
 * Calls into blocking code that run at once, as any function does: the event loop stands still until the thread has answered, or
 * waits for the event loop itself. So a query builder that calls `where(callback)` has the condition when the callback has returned.
 *
 * @module
 */

import type { Channel } from "../transport/channel.ts";
import { awaitUnwoken } from "../transport/parking.ts";
import { type FailedAtOnce, PendingWait } from "./pending_wait.ts";
import type { ParentWait } from "./task_context.ts";

/** For how many milliseconds the event loop stands still for a call at most: a thread may have to wait for a core. */
export const LONGEST = 500;

/** The same, for a thread that computes: for it to come to its next wait, or to listen to what it has been given. */
const SHORT = 50;

/** The thread stands in no wait: a call runs on top of its next one. */
const NEXT = "next";

/** So many calls run at once on top of each other at most: each takes some of the stack. */
const DEEPEST = 50;

/** A wait that is not over: one for a short call is known by its number alone. */
type StandingWait = PendingWait | number;

/** Where a call runs at once. */
export type Place = StandingWait | typeof NEXT;

/** What a loop end does for it. */
export interface AtOnceHost {
  /** Reads the message that the channel has come to. */
  receive(): void;
  /** Messages are read in the midst of another one. Returns what ends that. */
  nest(): () => void;
  /** What is sent from now on is read whoever else runs. */
  setAwaited(isAwaited: boolean): void;
}

/** The waits of one thread that are not over, and the calls that run at once on top of them. */
export class AtOnce {
  readonly #channel: Channel;
  readonly #host: AtOnceHost;
  /** The outermost first. */
  readonly #waits: PendingWait[] = [];
  #depth = 0;
  /** Whether the thread has computed for long since its last wait: nobody waits for its next one any more. */
  #isComputing = false;
  /** The number of the wait for a short call in which the thread stands, on top of no other; else zero. */
  shortWait = 0;

  constructor(channel: Channel, host: AtOnceHost) {
    this.#channel = channel;
    this.#host = host;
  }

  /** The thread stands in a wait. Those that were as deep, or deeper, it has left. */
  add(wait: PendingWait): void {
    const waits = this.#waits;
    if (wait.depth === 0) this.shortWait = 0;
    while (waits.length > 0 && (waits.at(-1) as PendingWait).depth >= wait.depth) waits.pop();
    waits.push(wait);
  }

  /** No task is left. */
  clear(): void {
    this.#waits.length = 0;
    this.shortWait = 0;
  }

  /** The innermost of the waits that the event loop has not answered. */
  get #innermost(): StandingWait | undefined {
    const waits = this.#waits;
    while (waits.at(-1)?.isOver) waits.pop();
    return waits.at(-1) ?? (this.shortWait > 0 ? this.shortWait : undefined);
  }

  /** Where a call that is caused by `cause` may run at once: on top of the wait in which the thread sleeps, or of its next one. */
  placeFor(cause: ParentWait): Place | undefined {
    if (this.#depth >= DEEPEST || this.#channel.isClosed) return undefined;
    const innermost = this.#innermost;
    if (innermost === cause) return innermost;
    const isOver = !(cause instanceof PendingWait) || cause.isOver;
    if (innermost === undefined) return isOver && !this.#isComputing ? NEXT : undefined;
    this.#isComputing = false;
    return isOver && depthOf(innermost) <= cause.depth ? innermost : undefined;
  }

  /** A call on top of `wait` has failed. */
  failed(wait: unknown, failure: FailedAtOnce): void {
    const innermost = this.#innermost;
    if (innermost !== wait || !(innermost instanceof PendingWait)) return;
    innermost.failures ??= [];
    innermost.failures.push(failure);
  }

  /**
   * The thread has been given what tells of events. It may go on, as code after an `await` does, before anything happens: so what it sends
   * is read until `isOver`, or it waits for the event loop.
   */
  follow(isOver: () => boolean): void {
    // What follows a call that runs at once is read by that.
    if (this.#depth === 0 && !this.#channel.isClosed) this.#read(this.#innermost, isOver, SHORT);
  }

  /**
   * Reads what the thread sends while it runs at that place, until `isAnswered`, or it waits for the event loop.
   *
   * @returns Whether it has come so far; else it computes for longer than the event loop can stand still.
   */
  run(place: Place, isAnswered: () => boolean): boolean {
    if (place !== NEXT) return this.#read(place, isAnswered, LONGEST);
    const before = this.#innermost;
    if (!this.#read(before, isAnswered, SHORT)) {
      this.#isComputing = true;
      return false;
    }
    const wait = this.#innermost;
    // The next wait has its answer, too, where the event loop could give that at once: then there is none.
    return isAnswered() || wait === undefined || this.#read(wait, isAnswered, LONGEST);
  }

  /**
   * Reads what the thread sends while `wait` is its innermost one, until `isAnswered`.
   *
   * @param ms For how long at most.
   * @returns Whether that has come to its end.
   */
  #read(wait: StandingWait | undefined, isAnswered: () => boolean, ms: number): boolean {
    if (this.#depth++ === 0) this.#host.setAwaited(true);
    const end = this.#host.nest();
    this.#channel.keepBytes();
    const until = performance.now() + ms;
    try {
      while (!isAnswered() && this.#innermost === wait) {
        if (this.#channel.next()) this.#host.receive();
        else if (!awaitUnwoken(this.#channel, until - performance.now())) return false;
      }
      return true;
    } finally {
      end();
      if (--this.#depth === 0) this.#host.setAwaited(false);
    }
  }
}

function depthOf(wait: StandingWait): number {
  return typeof wait === "number" ? 0 : wait.depth;
}
