/**
 * The companion loop thread of a thread that parks itself, with `syncDef()`.
 *
 * @module
 */

import { BlockingEnd } from "../bridge/blocking_end.ts";
import { withBlockingEnd } from "../bridge/current_end.ts";
import { ToLoop } from "../bridge/messages.ts";
import { plainAbort } from "../bridge/outcome.ts";
import { currentContext } from "../bridge/task_context.ts";
import { TaskFrame } from "../bridge/wait_stack.ts";
import { runtime } from "../runtime/current.ts";
import { createBridgeMemory, createSoloMemory, crewCells } from "../transport/cells.ts";
import { Channel } from "../transport/channel.ts";
import { CrewMember } from "../transport/crew_member.ts";
import { takeExitCode } from "../transport/exit_code.ts";
import { LoopLife } from "../transport/loop_life.ts";
import { Parking } from "../transport/parking.ts";
import { CompanionThread } from "./companion_thread.ts";
import { timeoutError } from "./timeout_error.ts";

/** How often a parked thread looks whether its companion lives, in milliseconds. */
const LOOK = 100;

/** When a run is to be given up. */
export interface Limits {
  readonly signal: AbortSignal | undefined;
  /** When the time is up, by `performance.now()`: no timer fires while this thread is parked. */
  readonly deadline: number;
}

const NONE: Limits = { signal: undefined, deadline: Number.POSITIVE_INFINITY };

/** Whether this thread may start a companion before it needs it. Bun may crash where a program ends while one starts. */
export function startsEarly(): boolean {
  return runtime.isMainThread && runtime.name !== "bun";
}

/** A companion, and this thread's end of the bridge to it. Its thread starts at the first await, and lives on. */
export class Companion {
  readonly #end: BlockingEnd;
  readonly #loop: LoopLife;
  readonly #thread: CompanionThread;
  #lastTask = 0;
  /** The limits of the run that goes on. */
  #limits = NONE;

  /** @param execArgv The flags to start its thread with, where they are not the program's. */
  constructor(execArgv?: readonly string[]) {
    const memory = createBridgeMemory();
    const crew = createSoloMemory();
    const { port, handle } = runtime.createChannel();
    this.#loop = new LoopLife(crew);
    this.#thread = new CompanionThread(memory, { memory: crew, index: 0 }, this.#loop, handle, execArgv);
    const channel = new Channel(memory, port, "blocking");
    const hasArrived = () => channel.hasArrived;
    const member = new CrewMember(crewCells(crew), 0, () => channel.wake());
    this.#end = new BlockingEnd(channel, member, new Parking(member, channel), {
      look: (frame) => {
        this.#thread.look(hasArrived);
        if (this.#limits !== NONE) this.#checkLimits(frame);
      },
      idle: (frame) => {
        this.#thread.lookIdle(hasArrived);
        if (this.#limits !== NONE) this.#checkLimits(frame);
      },
      patience: () => {
        const { deadline } = this.#limits;
        return deadline === Infinity ? LOOK : Math.max(0, Math.min(LOOK, deadline - performance.now()));
      },
    });
  }

  /** Whether its thread has ended, and a run was told so: the next one needs another. */
  get over(): boolean {
    return this.#thread.over;
  }

  /** Starts the thread, for the first await to find it there. */
  start(): void {
    this.#thread.start();
  }

  /**
   * Runs `fn` on this thread: the companion drives what it awaits. Throws what `fn` throws.
   *
   * @param onUnused Told of each call that `fn` has recorded and not awaited.
   */
  run<R>(fn: () => R, limits: Limits = NONE, onUnused?: (call: string) => void): R {
    const end = this.#end;
    const frame = new TaskFrame(++this.#lastTask, true, currentContext.get()?.variables.fork());
    frame.onUnused = onUnused;
    this.#limits = limits;
    const outcome = withBlockingEnd(end, () => {
      end.begin(frame);
      let settled = end.enter(frame, () => {
        const result = fn();
        if (limits !== NONE) this.#checkLimits(frame);
        frame.throwIfInterrupted();
        return result;
      });
      if (frame.thrown !== undefined && !this.#loop.dead) settled = end.hear(frame, settled);
      if (!this.#loop.dead) end.end(frame, settled);
      return settled;
    });
    this.#limits = NONE;
    takeExitCode();
    if (outcome.outcome === "threw") throw outcome.value;
    return outcome.value as R;
  }

  /** Marks the task as cancelled where its limits say so. */
  #checkLimits(frame: TaskFrame): void {
    if (frame.cancellation !== undefined) return;
    const { signal, deadline } = this.#limits;
    if (signal?.aborted) frame.cancellation = { reason: signal.reason };
    else if (performance.now() >= deadline) {
      frame.cancellation = { reason: timeoutError() };
    } else return;
    const { reason } = frame.cancellation;
    if (!frame.known || this.#loop.dead) return;
    const tell = (value: unknown) =>
      this.#end.send([ToLoop.cancelled, frame.task], frame, (writer) => writer.value(value, "reason"));
    try {
      tell(reason);
    } catch {
      // The reason stays here; async code sees a plain abort.
      tell(plainAbort());
    }
  }
}
