/**
 * Runs the tasks that the loop end sends to a blocking thread.
 *
 * @module
 */

import { runtime } from "../runtime/current.ts";
import { tellExitCode } from "../transport/exit_code.ts";
import { NotLoaded, type Reader } from "../wire/codec.ts";
import type { Outcome } from "../wire/protocol.ts";
import type { BlockingEnd } from "./blocking_end.ts";
import type { Runner } from "./blocking_inbox.ts";
import { pumpGenerator } from "./generator_pump.ts";
import { queuedTask, type RunBody, runBody, ToLoop } from "./messages.ts";
import { TaskFrame } from "./wait_stack.ts";

/** A task as the loop end asks for it. */
interface Run extends RunBody {
  readonly frame: TaskFrame;
}

type Exports = Readonly<Record<string, unknown>>;

export class TaskRunner implements Runner {
  readonly #end: BlockingEnd;
  readonly #load: (url: string) => Promise<Exports>;
  readonly #modules = new Map<string, Exports>();
  /** Runs a task that has waited for its module, and goes on with what there is to do. */
  readonly #resume: (run: () => void) => void;
  /** For how many tasks a module is being loaded: one, or none. */
  #loading = 0;

  constructor(end: BlockingEnd, load: (url: string) => Promise<Exports>, resume: (run: () => void) => void) {
    this.#end = end;
    this.#load = load;
    this.#resume = resume;
  }

  get isLoading(): boolean {
    return this.#loading > 0;
  }

  read(task: number, reader: Reader): () => void {
    const run = this.#read(new TaskFrame(task, false), reader);
    return () => this.#begin(run);
  }

  runQueued(task: number, text: string): void {
    const frame = new TaskFrame(task, false);
    this.#end.begin(frame);
    this.#begin({ frame, ...queuedTask.read(text) });
  }

  readNested(task: number, cause: number, depth: number, reader: Reader): void {
    const frame = new TaskFrame(task, false);
    let run: Run;
    try {
      run = this.#read(frame, reader);
    } catch (value) {
      // The rest of the message is of no use. This thread is parked, and can load nothing.
      reader.begin(new Uint8Array(0));
      const outcome: Outcome = {
        outcome: "threw",
        value: NotLoaded.is(value) ? value.explain() : value,
      };
      this.#end.addCall(cause, depth, () => this.#end.end(frame, outcome));
      return;
    }
    const exports = this.#modules.get(run.url) as Exports;
    this.#end.addCall(cause, depth, () => this.#run(run, exports));
  }

  load(frame: TaskFrame, url: string, onLoaded: (load: Outcome) => void): void {
    void this.#whenLoaded(
      frame,
      url,
      () => onLoaded({ outcome: "returned", value: undefined }),
      (value) =>
        this.#whenIdle(() => {
          this.#end.sendNumbers(ToLoop.loaded, frame.task);
          onLoaded({ outcome: "threw", value });
        }),
    );
  }

  #read(frame: TaskFrame, reader: Reader): Run {
    this.#end.begin(frame);
    return { frame, ...runBody.read(reader, frame.variables) };
  }

  #begin(run: Run): void {
    const exports = this.#modules.get(run.url);
    if (exports !== undefined) this.#run(run, exports);
    else this.#loadAndRun(run);
  }

  #loadAndRun(run: Run): void {
    const { frame, url } = run;
    const onLoaded = (exports: Exports): void => {
      // A request to cancel may have come while the module was loading.
      this.#end.inbox.receiveArrived();
      this.#run(run, exports);
    };
    void this.#whenLoaded(frame, url, onLoaded, (error) => {
      this.#end.sendOutcome([ToLoop.failed, frame.task], frame, (writer, instead) => {
        frame.variables.write(writer);
        writer.extension.records = false;
        writer.value(instead ? instead.value : error, "error");
      });
    });
  }

  async #whenLoaded(
    frame: TaskFrame,
    url: string,
    onLoaded: (exports: Exports) => void,
    onFailed: (error: unknown) => void,
  ): Promise<void> {
    this.#loading++;
    this.#end.sendNumbers(ToLoop.loading, frame.task, url);
    let exports: Exports;
    try {
      exports = await this.#load(url);
    } catch (error) {
      onFailed(error);
      return;
    }
    this.#whenIdle(() => {
      this.#modules.set(url, exports);
      this.#end.sendNumbers(ToLoop.loaded, frame.task, url);
      onLoaded(exports);
    });
  }

  /** Goes on from the event loop again, not from this microtask: see Runtime.fromEventLoop(). */
  #whenIdle(run: () => void): void {
    runtime.fromEventLoop(() => {
      this.#loading--;
      this.#resume(run);
    });
  }

  #run({ frame, url, name, generate, args }: Run, exports: Exports): void {
    const fn = Object.hasOwn(exports, name) ? exports[name] : undefined;
    const isGenerator = Object.prototype.toString.call(fn) === "[object GeneratorFunction]";
    const returned = this.#end.enter(frame, () => {
      if (typeof fn !== "function") throw new TypeError(noSuchFunction(url, name, exports));
      // They come again when the generator is asked for its first item, as they are now.
      if (isGenerator && !generate) return args;
      const result: unknown = isGenerator ? pumpGenerator(this.#end, frame, fn(...args)) : fn(...args);
      // A cancellation that no awaitlet() came to throw: the task counts as cancelled all the same.
      this.#end.inbox.receiveArrived();
      frame.throwIfInterrupted();
      return result;
    });
    const outcome = frame.thrown === undefined ? returned : this.#end.hear(frame, returned);
    tellExitCode();
    this.#end.end(frame, outcome, isGenerator && !generate ? "generates" : undefined);
    this.#end.runCalls();
  }
}

function noSuchFunction(url: string, name: string, exports: Exports): string {
  const functions = Object.keys(exports).filter((key) => typeof exports[key] === "function");
  const there = functions.length > 0 ? `its functions are ${functions.join(", ")}` : "it exports no function";
  const what = Object.hasOwn(exports, name)
    ? `its export "${name}" is not a function`
    : `it has no export "${name}"`;
  return `run ${name} of ${url}: ${what}; ${there}`;
}
