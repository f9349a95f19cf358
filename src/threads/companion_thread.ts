/**
 * The thread of a companion, seen from the one that it works for: how it is started, and how a parked thread learns that it
 * has ended.
 *
 * No event reaches a parked thread. So the companion itself reports an error that nothing catches, and `process.exit()`.
 * Where it is ended without running any more code, as by running out of memory, a guardian notices: a thread that has
 * a port to the companion, and is started only when a wait lasts.
 *
 * @module
 */

import { ThreadDied } from "../base/errors.ts";
import { runtime } from "../runtime/current.ts";
import type { CrewPlace, LoadFailure, Port, PortHandle, ThreadEnd } from "../runtime/types.ts";
import { takeExitCodeAtExit } from "../transport/exit_code.ts";
import type { LoopLife } from "../transport/loop_life.ts";
import { said } from "../wire/said.ts";
// For what downloads or bundles modules ahead of time: they do nothing here.
import "./companion_entry.ts";
import "./guardian_entry.ts";
import { endReport, explainEnd } from "./exit_report.ts";

/** How long a companion may take to start, in milliseconds. */
const START = 30_000;

/** After how many looks in a wait that brings nothing a guardian is started; more, where the companion starts itself. */
const LATE = 3;
const LATE_STARTING = 5;

/** What the companion says before it ends. */
type Report = LoadFailure | { readonly ended: Uint8Array };

const WHAT = "await from blocking code";

export class CompanionThread {
  readonly #memory: SharedArrayBuffer;
  readonly #crew: CrewPlace;
  readonly #loop: LoopLife;
  readonly #bridge: PortHandle;
  readonly #execArgv: readonly string[] | undefined;
  #reports: Port | undefined;
  /** The port whose other end the companion has, until a guardian is given it. */
  #life: PortHandle | undefined;
  #startedAt = 0;
  #idleLooks = 0;
  #end: ThreadEnd | undefined;
  #tellsAtExit = false;
  #died: ThreadDied | undefined;

  /** @param bridge The companion's port. */
  constructor(
    memory: SharedArrayBuffer,
    crew: CrewPlace,
    loop: LoopLife,
    bridge: PortHandle,
    execArgv?: readonly string[],
  ) {
    this.#memory = memory;
    this.#crew = crew;
    this.#loop = loop;
    this.#bridge = bridge;
    this.#execArgv = execArgv;
  }

  /** Whether it has ended, and a run was told so. */
  get over(): boolean {
    return this.#died !== undefined;
  }

  /** Starts the thread ahead of time. Where it cannot be started the next run tries again, and tells why. */
  start(): void {
    try {
      if (this.#reports === undefined) this.#start();
    } catch {
      // Told by the run.
    }
  }

  #start(): void {
    const { port, handle } = runtime.createChannel();
    const [life, ofCompanion] = runtime.createPorts();
    this.#reports = port;
    this.#life = life;
    this.#startedAt = performance.now();
    takeExitCodeAtExit();
    if (!this.#tellsAtExit) runtime.onExit(() => this.#tellUntold());
    this.#tellsAtExit = true;
    this.#startWorker("companion", [this.#bridge, ofCompanion], handle);
  }

  /**
   * Looks whether the thread lives.
   *
   * @param hasArrived Whether something that it has sent is still to be read: that comes first.
   * @throws {ThreadDied} when it has ended.
   */
  look(hasArrived: () => boolean): void {
    this.#idleLooks = 0;
    if (this.#reports === undefined) this.#start();
    this.#throwIfDead(hasArrived);
  }

  /** Looks closer, in a wait to which nothing has come for a while. */
  lookIdle(hasArrived: () => boolean): void {
    this.#idleLooks++;
    if (!this.#loop.watched) this.#lookWhetherStarted();
    this.#throwIfDead(hasArrived);
    const late = this.#loop.watched ? LATE : LATE_STARTING;
    if (this.#idleLooks >= late && this.#life !== undefined) {
      const life = this.#life;
      this.#life = undefined;
      this.#startWorker("guardian", [life]);
    }
  }

  /** In this order: one that is dead sends nothing more. */
  #throwIfDead(hasArrived: () => boolean): void {
    if (this.#loop.dead && !hasArrived()) throw this.#whyDead();
  }

  #startWorker(role: "companion" | "guardian", ports: PortHandle[], reports?: PortHandle): void {
    try {
      const entry =
        role === "companion"
          ? new URL("./companion_entry.ts", import.meta.url)
          : new URL("./guardian_entry.ts", import.meta.url);
      const worker = runtime.startWorker({
        role,
        entry,
        memory: this.#memory,
        crew: this.#crew,
        ports,
        ...(reports && { reports }),
        ...(this.#execArgv && { execArgv: this.#execArgv }),
        memoryLimit: undefined,
        onEnd: (end) => this.#onEnd(role, end),
      });
      worker.keepAlive(false);
    } catch (cause) {
      this.#fail(said(cause), cause);
    }
  }

  /** The event loop of this thread has turned, and tells of the end of a worker. */
  #onEnd(role: "companion" | "guardian", end: ThreadEnd): void {
    if (role === "guardian") return;
    this.#end = end;
    this.#loop.die();
  }

  #lookWhetherStarted(): void {
    const failed = this.#received()?.failed;
    if (failed !== undefined) this.#fail(failed);
    if (performance.now() > this.#startedAt + START) this.#fail(`it has not started within ${START} ms`);
  }

  #fail(why: string, cause?: unknown): never {
    this.#loop.die();
    this.#died = new ThreadDied(`start the companion thread: ${why}`, cause === undefined ? {} : { cause });
    throw this.#died;
  }

  #received(): Partial<LoadFailure & { ended: Uint8Array }> | undefined {
    return this.#reports?.receive()?.message as Report | undefined;
  }

  /** The program ends. Where the thread has ended before, and no run came that could be told, the process tells. */
  #tellUntold(): void {
    if (this.#died !== undefined || !this.#loop.dead) return;
    const { message, cause, exitCode } = this.#whyDead();
    if (cause === undefined && exitCode === 0) return;
    console.error(`awaitlet: ${message}`, cause ?? "");
    if (runtime.exitCode() === undefined) runtime.setExitCode(cause === undefined ? (exitCode ?? 1) : 1);
  }

  #whyDead(): ThreadDied {
    if (this.#died === undefined) {
      const { failed, ended } = this.#received() ?? {};
      const end = ended === undefined ? this.#end : endReport.read(ended);
      if (failed !== undefined) this.#died = new ThreadDied(`start the companion thread: ${failed}`);
      else if (end !== undefined) this.#died = explainEnd(end, WHAT);
      else {
        const message = `${WHAT}: the companion thread has ended without a word, as one does that runs out of memory`;
        this.#died = new ThreadDied(message);
      }
      this.#reports?.close();
    }
    return this.#died;
  }
}
