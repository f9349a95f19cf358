/**
 * Runs the tasks that the loop end sends to a blocking thread.
 *
 * @module
 */

import { runtime } from "../runtime/current.ts";
import { NotLoaded, type Reader } from "../wire/codec.ts";
import type { Outcome } from "../wire/protocol.ts";
import type { BlockingEnd, Runner } from "./blocking_end.ts";
import { Frame } from "./frame.ts";
import { yieldAll } from "./yielding.ts";

/** A task as the loop end asks for it. */
interface Run {
  readonly frame: Frame;
  readonly url: string;
  readonly name: string;
  readonly generate: boolean;
  readonly args: readonly unknown[];
}

type Exports = Readonly<Record<string, unknown>>;

export class TaskRunner implements Runner {
  readonly #end: BlockingEnd;
  readonly #load: (url: string) => Promise<Exports>;
  readonly #modules = new Map<string, Exports>();

  constructor(end: BlockingEnd, load: (url: string) => Promise<Exports>) {
    this.#end = end;
    this.#load = load;
  }

  read(task: number, reader: Reader): () => void {
    const run = this.#read(new Frame(task, false), reader);
    const exports = this.#modules.get(run.url);
    return () => (exports !== undefined ? this.#run(run, exports) : this.#loadAndRun(run));
  }

  readNested(reader: Reader): void {
    const cause = reader.uint();
    const depth = reader.uint();
    const frame = new Frame(reader.uint(), false);
    let run: Run;
    try {
      run = this.#read(frame, reader);
    } catch (value) {
      if (!(value instanceof NotLoaded)) throw value;
      // This thread is parked, and can load nothing; the rest of the message is of no use.
      reader.begin(new Uint8Array(0));
      const outcome: Outcome = { outcome: "threw", value: value.explain() };
      this.#end.addCall(cause, depth, () => this.#end.end(frame, outcome));
      return;
    }
    const exports = this.#modules.get(run.url) as Exports;
    this.#end.addCall(cause, depth, () => this.#run(run, exports));
  }

  load(frame: Frame, url: string, onLoaded: () => void): void {
    void this.#loaded(frame, url, onLoaded);
  }

  #read(frame: Frame, reader: Reader): Run {
    this.#end.begin(frame);
    const url = reader.string();
    const name = reader.string();
    const generate = reader.uint() === 1;
    frame.variables.read(reader);
    return { frame, url, name, generate, args: reader.value() as unknown[] };
  }

  #loadAndRun(run: Run): void {
    void this.#loaded(run.frame, run.url, (exports) => {
      this.#modules.set(run.url, exports);
      this.#end.send("loaded", run.frame, (writer) => writer.uint(run.frame.task));
      // A request to cancel may have come while the module was loading.
      this.#end.receiveArrived();
      this.#run(run, exports);
    });
  }

  async #loaded(frame: Frame, url: string, onLoaded: (exports: Exports) => void): Promise<void> {
    let exports: Exports;
    try {
      exports = await this.#load(url);
    } catch (error) {
      this.#end.send("failed", frame, (writer, instead) => {
        writer.uint(frame.task);
        writer.value(instead ? instead.value : error, "error");
      });
      return;
    }
    // From the event loop again, not from this microtask: see Runtime.fromEventLoop().
    runtime.fromEventLoop(() => onLoaded(exports));
  }

  #run({ frame, url, name, generate, args }: Run, exports: Exports): void {
    const fn = Object.hasOwn(exports, name) ? exports[name] : undefined;
    const isGenerator = Object.prototype.toString.call(fn) === "[object GeneratorFunction]";
    const outcome = this.#end.enter(frame, () => {
      if (typeof fn !== "function") throw new TypeError(noSuchFunction(url, name, exports));
      if (isGenerator && !generate) return undefined;
      const result: unknown = isGenerator ? yieldAll(this.#end, frame, fn(...args)) : fn(...args);
      // A cancellation that no awaitlet() came to throw: the task counts as cancelled all the same.
      this.#end.receiveArrived();
      frame.throwIfCancelled();
      return result;
    });
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
