/**
 * Whether to spin for what is to come, learnt from what came of it before. Nobody tells whether two threads share a core:
 * then the very thread that is waited for needs the one that spins to sleep.
 *
 * @module
 */

/** The most that go by, after staying was of no use, without another try. */
const LONGEST = 1024;

/** Whether it is worth staying a little: tried ever more seldom, the more often it has been in vain. */
export class ExponentialBackoff {
  #left = 0;
  #next = 1;

  /** Whether to stay this time. */
  stays(): boolean {
    if (this.#left === 0) return true;
    this.#left--;
    return false;
  }

  /** To have stayed was of use, or not. */
  stayed(ofUse: boolean): void {
    if (ofUse) {
      this.#next = Math.max(1, this.#next >> 1);
    } else {
      this.#left = this.#next;
      this.#next = Math.min(LONGEST, this.#next * 2);
    }
  }
}

/** Spinning must make waits shorter by so much, or it is not worth what it costs. */
const WORTH = 0.8;

/** How much an estimate moves with each wait: towards the median, whatever the outliers. */
const STEP = 1.2;

/** So many waits in a row the other way is tried. The first ones still show what was before. */
const TRIAL = 6;
const FIRST_ONES = 2;

/** So many waits there are, at least, from one trial to the next. */
const BETWEEN = 16;

/** And so many at most, in which the cost of a trial is hardly seen; more where waits are so long that spinning is absurd. */
const MOST_BETWEEN = 128;
const ABSURD = 1;

/** When spinning was in vain so many times in a row, it is given up without a trial. */
const IN_VAIN = 3;

/** Whether waits are shorter when the thread spins before it sleeps: both are tried, the worse one ever more seldom. */
export class AdaptiveSpin {
  #spins = true;
  /** What a wait takes, in milliseconds: the way it is done now, and the other. Zero: not known yet. */
  #now = 0;
  #other = 0;
  /** How many waits there are until the trial, how many are left of one, and how many were between the last two. */
  #until = TRIAL;
  #trial = 0;
  #between = BETWEEN;
  #inVain = 0;

  /** For how many milliseconds to spin in this wait, at most `limit`; zero: not at all. */
  next(limit: number): number {
    if (this.#trial === 0) return this.#spins ? limit : 0;
    // Spinning for longer than sleeping takes would show nothing.
    return this.#spins ? 0 : Math.min(limit, 2 * this.#now);
  }

  /** The wait took `ms` milliseconds. */
  took(ms: number): void {
    this.#inVain = 0;
    this.#count(ms);
  }

  #count(ms: number): void {
    if (this.#trial > 0) {
      if (this.#trial <= TRIAL - FIRST_ONES) this.#other = moved(this.#other, ms);
      if (--this.#trial === 0) this.#judge();
    } else {
      this.#now = moved(this.#now, ms);
      if (--this.#until > 0) return;
      this.#trial = TRIAL;
      this.#other = 0;
    }
  }

  /** It spun in vain, and then slept. */
  wasInVain(ms: number): void {
    if (++this.#inVain >= IN_VAIN) this.#sleepOn(this.#trial > 0 ? this.#now : ms);
    else this.#count(ms);
  }

  /** There was no permit to spin. */
  refused(): void {
    this.#sleepOn(this.#spins ? 0 : this.#now);
    this.#until = LONGEST;
  }

  #judge(): void {
    const isBetter = this.#spins ? this.#now >= this.#other * WORTH : this.#other < this.#now * WORTH;
    if (isBetter) {
      this.#spins = !this.#spins;
      this.#now = this.#other;
      this.#between = BETWEEN;
    }
    this.#wait();
  }

  /** From now on it sleeps, which takes `ms` milliseconds a wait, or zero: that is not known. */
  #sleepOn(ms: number): void {
    this.#spins = false;
    this.#trial = 0;
    this.#inVain = 0;
    this.#now = ms;
    this.#wait();
  }

  #wait(): void {
    this.#until = this.#between;
    this.#between = Math.min(this.#now > ABSURD ? LONGEST : MOST_BETWEEN, this.#between * 2);
  }
}

function moved(estimate: number, ms: number): number {
  if (estimate === 0) return ms;
  return ms > estimate ? Math.min(ms, estimate * STEP) : Math.max(ms, estimate / STEP);
}
