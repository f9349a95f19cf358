/**
 * Whether the loop end, when it has given the blocking thread something, stays to see what comes of it. A thread that does
 * not sleep has its next question ready sooner than this event loop could be woken again.
 *
 * @module
 */

import type { Channel } from "./channel.ts";
import { Patience } from "./patience.ts";

/** How long to stay, in milliseconds: a thread that is awake needs less, unless it computes. */
const LINGER = 0.05;

/** How long the event loop may be kept from everything else, in milliseconds. */
const TURN = 1;

/** A wait that took so long to settle, in milliseconds, has left the event loop to others. */
const ELSEWHERE = 0.02;

export class Attention {
  readonly #channel: Channel;
  readonly #patience = new Patience();
  #turnBegan = 0;
  #askedAt = 0;
  /** When the thread was last given something, if it was awake and has sent nothing since; else zero. */
  #gaveAt = 0;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** The event loop has come to this end of itself. */
  turn(): void {
    this.#turnBegan = performance.now();
  }

  /** The thread waits. */
  asked(): void {
    this.#askedAt = performance.now();
    this.#gaveAt = 0;
  }

  /** Its wait is settled. */
  settled(): void {
    const now = performance.now();
    if (now - this.#askedAt > ELSEWHERE) this.#turnBegan = now;
    this.#gaveAt = this.#channel.isAwake ? now : 0;
  }

  /** It was given a task. Returns whether it is awake. */
  gaveTask(): boolean {
    const { isAwake } = this.#channel;
    this.#gaveAt = isAwake ? performance.now() : 0;
    return isAwake;
  }

  /** Stays, where that is worth it, until a packet has come. Returns whether one has. */
  stays(): boolean {
    if (this.#gaveAt === 0 || this.#gaveAt - this.#turnBegan > TURN) return false;
    this.#gaveAt = 0;
    if (!this.#patience.stays()) return false;
    const hasCome = this.#channel.linger(LINGER);
    this.#patience.stayed(hasCome);
    return hasCome;
  }
}
