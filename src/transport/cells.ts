/**
 * Where everything stands in the memory that threads share.
 *
 * A *crew* is the threads of one pool, or one thread alone, with the loop thread that they work for. Its memory holds what
 * all of them look at. Each of its threads has a *bridge memory* beside: a message ring in each direction.
 *
 * Cells that different threads write stand 16 or more apart, each on a line of the processor's cache: who writes to a line takes it
 * from those who read it.
 *
 * @module
 */

import { nextNumber } from "./spin_permits.ts";

/** The cells of a crew. */
export const Crew = {
  /** 1 while a wake-up of the loop thread is on its way: others need not send one. */
  loopWoken: 0,
  /** How many threads compute. */
  running: 16,
  /** How many may compute at once; 0: no limit is kept. */
  limit: 32,
  /** A bit for each thread that has something to do and no right to run. */
  ready: 48,
  /** A bit for each thread that sleeps without a task. */
  idle: 64,
  /** A bit for each thread that is in its event loop without a task. */
  looping: 65,
  /** The position of the next task that nobody has taken. */
  queueHead: 80,
  /** The position of the next task that will be put there. */
  queueTail: 96,
  /** 1: the loop thread has died, so nothing will be answered. */
  loopDied: 112,
  /** 1: somebody will tell of the death of the loop thread. */
  loopWatched: 113,
  /** Where the cells of the threads begin. */
  threads: 128,
} as const;

/** The cells of one thread, from where its own begin. */
export const Member = {
  /** One of `ThreadState`. */
  state: 0,
  /** Counts the wake-ups: the cell on which the thread sleeps. */
  wakeUps: 16,
  /** 1: it has a task that it has taken from the queue. */
  busy: 17,
  size: 32,
} as const;

/** What a thread does. It changes by compare-and-exchange wherever two could change it at once. */
export const ThreadState = {
  /** It computes, and counts as running. */
  running: 0,
  /** It sleeps in a wait of its task. */
  parked: 1,
  /** It sleeps, and has no task. */
  idle: 2,
  /** It has no task, and is in its event loop. */
  looping: 3,
  /** It starts, or loads a module for its task, in its event loop. */
  loading: 4,
} as const;

/** A crew has a bit for each thread, so it has no more of them. */
export const MOST_MEMBERS = 31;

/** How many tasks the shared queue holds, and how many bytes each may take. */
export const QUEUE_SLOTS = 256;
export const SLOT_BYTES = 1024;
const QUEUE_AT = 8192;

/** The cells of one message ring: how much has been written, and how much has been read. */
export const Bridge = {
  writtenToBlocking: 0,
  readByBlocking: 32,
  writtenToLoop: 33,
  readByLoop: 1,
  /** How many milliseconds the thread has slept in waits, in all. */
  parkedMs: 34,
  /** What tells this bridge from the others of the process. */
  number: 16,
  /** 1: the thread has come so far that it could take a task. */
  started: 35,
  /** 1: the loop thread has ended the thread, which may run on for a moment. */
  ended: 2,
} as const;
const BRIDGE_CELLS = 64;
const BRIDGE_HEAD = BRIDGE_CELLS * Int32Array.BYTES_PER_ELEMENT;

/** How many bytes a ring holds; a power of two. What is never written takes no memory, on any runtime. */
export const RING_BYTES: number = 512 * 1024;

/** Makes the memory of a crew of up to `MOST_MEMBERS` threads with a queue of tasks. */
export function createCrewMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(QUEUE_AT + QUEUE_SLOTS * SLOT_BYTES);
}

/** Makes the memory of a crew of one thread, which is given its tasks by messages. */
export function createSoloMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer((Crew.threads + Member.size) * Int32Array.BYTES_PER_ELEMENT);
}

/** Whether the memory of a crew has a queue of tasks. */
export function hasQueue(memory: SharedArrayBuffer): boolean {
  return memory.byteLength > QUEUE_AT;
}

/** Makes the memory of a bridge. */
export function createBridgeMemory(): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(BRIDGE_HEAD + 2 * RING_BYTES);
  bridgeCells(memory)[Bridge.number] = nextNumber();
  return memory;
}

export function crewCells(memory: SharedArrayBuffer): Int32Array<SharedArrayBuffer> {
  return new Int32Array(memory, 0, Math.min(memory.byteLength, QUEUE_AT) >> 2);
}

export function bridgeCells(memory: SharedArrayBuffer): Int32Array<SharedArrayBuffer> {
  return new Int32Array(memory, 0, BRIDGE_CELLS);
}

/** Where the ring begins that carries messages to the blocking end, or to the loop end. */
export function ringAt(to: "blocking" | "loop"): number {
  return BRIDGE_HEAD + (to === "blocking" ? 0 : RING_BYTES);
}

/** Where the bytes of the task at `position` of the queue begin. */
export function slotAt(position: number): number {
  return QUEUE_AT + (position & (QUEUE_SLOTS - 1)) * SLOT_BYTES;
}
