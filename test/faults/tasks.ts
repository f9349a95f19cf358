/** The matrix of tasks: ways to end one × states that it can be in. */

import process from "node:process";
import { type AsyncDefOptions, asyncDef, BlockingThreads, blockingModule } from "../../mod.ts";
import { poolOf } from "../../src/blocking_threads.ts";
import {
  ANSWERED,
  boundsMemory,
  type Cell,
  DIED,
  type Ended,
  GRACE,
  LONG_GRACE,
  NONE,
  OWN_ERROR,
  REASON,
  reason,
  settle,
  until,
} from "./cells.ts";
import type { Act } from "./logic.ts";
import { place } from "./logic_async.ts";

const logic = blockingModule<typeof import("./logic.ts")>(new URL("./logic.ts", import.meta.url));
const loading = blockingModule<typeof import("./loading.ts")>(new URL("./loading.ts", import.meta.url));

const TABLE = "tasks";
const CALLING = "in a system call";
const LOADING = "loading its module";

const TIMEOUT = 300;

/** What ends a task: what its own code does, or what others do to it. */
const WAYS: Readonly<Record<string, Act>> = {
  throws: "throws",
  "stack overflow": "overflows",
  "process.exit()": "exits",
  "uncaught error": "errs",
  "out of memory": "hoards",
  aborted: "stays",
  "aborted, goes on": "goes on",
  timeout: "stays",
  "pool terminated": "stays",
};

/** What the caller gets of a task in that state, in the order of the ways. */
const STATES: Readonly<Record<string, readonly string[]>> = {
  // A module that has failed cannot be loaded a second time, so its thread ends too.
  [LOADING]: [DIED, DIED, DIED, DIED, DIED, DIED, NONE, DIED, DIED],
  running: [OWN_ERROR, "RangeError", DIED, NONE, DIED, DIED, NONE, DIED, DIED],
  // `execFileSync()` and its like, which no signal and no end of the thread interrupts.
  [CALLING]: [NONE, NONE, NONE, NONE, NONE, DIED, NONE, DIED, DIED],
  parked: [OWN_ERROR, "RangeError", NONE, NONE, NONE, REASON, DIED, "TimeoutError", DIED],
  "in a callback": [OWN_ERROR, "RangeError", DIED, NONE, DIED, REASON, DIED, "TimeoutError", DIED],
  "in iterate()": [OWN_ERROR, "RangeError", DIED, NONE, DIED, REASON, DIED, "TimeoutError", DIED],
  "in a generator": [OWN_ERROR, "RangeError", DIED, NONE, DIED, REASON, DIED, "TimeoutError", DIED],
  "in a task's task": [OWN_ERROR, "RangeError", DIED, NONE, DIED, REASON, DIED, "TimeoutError", DIED],
  // These are done by the task before it, or to this one.
  "in the queue": [ANSWERED, ANSWERED, ANSWERED, NONE, ANSWERED, REASON, ANSWERED, "TimeoutError", DIED],
  // What the next task gets.
  idle: [NONE, NONE, ANSWERED, ANSWERED, ANSWERED, NONE, NONE, NONE, NONE],
};

interface Started {
  /** What is measured. */
  readonly task: PromiseLike<unknown>;
  /** Resolves when it is in its state, and nothing has been done to it. */
  readonly arrived?: Promise<void>;
}

class Subject {
  readonly threads = new BlockingThreads({ max: 1, ...(boundsMemory && { memoryLimit: 48 }) });
  readonly pool = poolOf(this.threads);
  readonly controller = new AbortController();
  readonly way: string;
  readonly act: Act;
  readonly isRunning: boolean;
  readonly #grace: number;

  constructor(state: string, way: string) {
    this.way = way;
    this.isRunning = state === "running" || state === CALLING;
    const isDeaf = this.isRunning || state === LOADING || way === "aborted, goes on";
    this.#grace = isDeaf ? GRACE : LONG_GRACE;
    const act = WAYS[way] as Act;
    // Code that runs sees nothing of what others do.
    const deaf = state === CALLING ? "calls" : "loops";
    this.act = this.isRunning && act === "stays" ? deaf : act;
  }

  /** `asyncDef` with what the way needs. */
  get def(): typeof asyncDef {
    const options: AsyncDefOptions = { threads: this.threads, grace: this.#grace };
    if (this.way === "timeout") return asyncDef.with({ ...options, timeout: TIMEOUT }) as typeof asyncDef;
    return asyncDef.with({ ...options, signal: this.controller.signal }) as typeof asyncDef;
  }

  get plain(): typeof asyncDef {
    return asyncDef.with({ threads: this.threads }) as typeof asyncDef;
  }

  async #arrived(): Promise<void> {
    await until(() => place.at !== undefined, `it is ${this.way}`);
    if (this.isRunning) await until(() => this.threads.stats().running === 1, "it runs");
  }

  start(state: string): Started {
    const { def, act, plain } = this;
    const arrived = () => this.#arrived();
    switch (state) {
      case LOADING:
        return { task: def(loading.never), arrived: until(() => this.threads.stats().idle === 0, state) };
      case "running":
      case CALLING:
        return { task: def(logic.runs, act), arrived: arrived() };
      case "parked":
        return { task: def(logic.parks, act), arrived: arrived() };
      case "in a callback":
        return { task: def(logic.calledBack, act), arrived: arrived() };
      case "in iterate()":
        return { task: def(logic.iterates, act), arrived: arrived() };
      case "in a generator": {
        const numbers = def(logic.generates, act);
        const readAll = async () => {
          for await (const _ of numbers);
        };
        return { task: readAll(), arrived: arrived() };
      }
      case "in a task's task":
        return { task: def(logic.nests, act), arrived: arrived() };
      default: {
        // The one before it is aborted where it is to go on, else it holds the thread.
        const isOther = this.way === "aborted, goes on";
        const before = (isOther ? def : plain)(logic.runs, act);
        before.catch(() => {});
        return { task: (isOther ? plain : def)(logic.works), arrived: arrived() };
      }
    }
  }
}

async function runIdle(subject: Subject): Promise<Ended> {
  const { threads, plain, act } = subject;
  const { error } = console;
  // It is said once that an idle thread died.
  console.error = () => {};
  try {
    await plain(logic.idles, act);
    await until(() => threads.stats().idle === 0, "the idle thread has died");
  } finally {
    console.error = error;
  }
  const at = performance.now();
  const outcome = await settle(plain(logic.works));
  return { outcome, ms: performance.now() - at };
}

async function runState(subject: Subject, state: string): Promise<Ended> {
  const { way, threads, controller, plain } = subject;
  await plain(logic.works);
  place.at = undefined;
  const begun = performance.now();
  const { task, arrived } = subject.start(state);
  const settled = settle(task).then((outcome) => ({ outcome, at: performance.now() }));
  let from = begun;
  if (way === "timeout") from = begun + TIMEOUT;
  else if (way.startsWith("aborted") || way === "pool terminated") {
    await arrived;
    from = performance.now();
    if (way === "pool terminated") threads.terminate();
    else controller.abort(reason);
  } else arrived?.catch(() => {});
  const { outcome, at } = await settled;
  const isOwn = from === begun && state !== LOADING;
  return { outcome, ms: Math.max(0, at - (isOwn ? (place.at ?? begun) : from)) };
}

/** The next task works, and nothing is left of the one that ended. */
async function afterwards({ threads, pool, plain, way }: Subject): Promise<string> {
  if (way === "pool terminated") return "";
  // Where the one before it holds the thread.
  place.release();
  const next = await settle(plain(logic.works));
  await until(() => pool.held.tasks === 0, "all tasks have ended").catch(() => {});
  const { tasks, references, calls } = pool.held;
  threads.terminate();
  if (next !== ANSWERED) return `, and the next task got ${next}`;
  return tasks + references + calls > 0 ? `, and ${tasks}/${references}/${calls} are held` : "";
}

async function run(state: string, way: string): Promise<Ended> {
  process.env.FAULT = WAYS[way];
  const subject = new Subject(state, way);
  place.threads = subject.threads;
  try {
    const { outcome, ms } = await (state === "idle" ? runIdle(subject) : runState(subject, state));
    return { outcome: outcome + (await afterwards(subject)), ms };
  } finally {
    delete process.env.FAULT;
    subject.threads.terminate();
  }
}

/** The cells of the matrix. */
export function taskCells(): Cell[] {
  return Object.entries(STATES).flatMap(([state, outcomes]) =>
    Object.keys(WAYS).map((way, i) => {
      const isNone = way === "out of memory" && !boundsMemory;
      const expected = isNone ? NONE : (outcomes[i] as string);
      return { table: TABLE, state, way, expected, run: () => run(state, way) };
    }),
  );
}
