/**
 * The companion loop thread of a thread that parks itself, with `syncDef()`.
 *
 * @module
 */

import { BlockingEnd } from "../bridge/blocking_end.ts";
import { Channel } from "../bridge/channel.ts";
import type { Frame } from "../bridge/frame.ts";
import { createSharedMemory, Signal } from "../bridge/signal.ts";
import { ThreadDied } from "../errors.ts";
import { runtime } from "../runtime/current.ts";
import type { Port, PortHandle } from "../runtime/types.ts";
// For what downloads or bundles modules ahead of time: they do nothing here.
import "./companion_entry.ts";
import "./guardian_entry.ts";
import { endReport, explainEnd } from "./end_report.ts";
import { entryUrl } from "./entry_url.ts";

/** How often a parked thread looks whether its companion lives, in milliseconds. */
const LOOK = 100;

/** How long a guardian may take to start, in milliseconds: until then nothing tells whether it failed to. */
const START = 30_000;

/** When a run is to be given up. */
export interface Limits {
  readonly signal: AbortSignal | undefined;
  /** When the signal will time out, by `performance.now()`: no timer fires while this thread is parked. */
  readonly deadline: number;
}

/** A companion, and this thread's end of the bridge to it. Its thread starts at the first look, and lives on. */
export class Companion {
  readonly end: BlockingEnd;
  readonly #memory = createSharedMemory();
  readonly #signal = new Signal(this.#memory);
  readonly #handle: PortHandle;
  readonly #port: Port;
  #reports: Port | undefined;
  #startedAt = 0;
  #died: ThreadDied | undefined;
  /** The limits of the run that goes on. */
  limits: Limits | undefined;

  constructor() {
    const { port, handle } = runtime.createChannel();
    this.#port = port;
    this.#handle = handle;
    this.end = new BlockingEnd(new Channel(this.#memory, port, "blocking"), {
      look: (frame) => this.#look(frame),
      patience: () => Math.max(0, Math.min(LOOK, (this.limits?.deadline ?? Infinity) - performance.now())),
    });
  }

  get dead(): boolean {
    return this.#signal.dead;
  }

  /** Marks the task as cancelled where its limits say so. */
  checkLimits(frame: Frame): void {
    if (frame.cancellation !== undefined || this.limits === undefined) return;
    const { signal, deadline } = this.limits;
    if (signal?.aborted) frame.cancellation = { reason: signal.reason };
    else if (performance.now() >= deadline) {
      const message = "The operation was aborted due to timeout";
      frame.cancellation = { reason: new DOMException(message, "TimeoutError") };
    } else return;
    const { reason } = frame.cancellation;
    if (!frame.known || this.dead) return;
    const tell = (value: unknown) =>
      this.end.send("cancelled", frame, (writer) => {
        writer.uint(frame.task);
        writer.value(value, "reason");
      });
    try {
      tell(reason);
    } catch {
      // The reason stays here; async code sees a plain abort.
      tell(new DOMException("The task was aborted", "AbortError"));
    }
  }

  #look(frame: Frame): void {
    if (this.dead) throw this.#whyDead();
    if (this.#reports === undefined) this.#start();
    if (!this.#signal.watched && performance.now() > this.#startedAt + START) {
      this.#died = new ThreadDied(
        `start the companion thread: it has not started within ${START} ms; is the program allowed to read awaitlet's own files`,
      );
      this.#signal.die();
      throw this.#died;
    }
    this.checkLimits(frame);
  }

  #start(): void {
    const { port, handle } = runtime.createChannel();
    this.#reports = port;
    this.#startedAt = performance.now();
    const guardian = runtime.startWorker({
      role: "guardian",
      entry: entryUrl("guardian_entry"),
      memory: this.#memory,
      ports: [this.#handle, handle],
      memoryLimit: undefined,
      // The guardian itself: should it die, nobody else will tell.
      onEnd: () => this.#signal.die(),
    });
    guardian.keepAlive(false);
  }

  #whyDead(): ThreadDied {
    if (this.#died === undefined) {
      const report = this.#reports?.receive()?.message as Uint8Array | undefined;
      const what = "await from blocking code";
      this.#died = report
        ? explainEnd(endReport.read(report), what)
        : new ThreadDied(`${what}: the companion thread has ended`);
      this.#port.close();
      this.#reports?.close();
    }
    return this.#died;
  }
}
