/**
 * Runs the tasks that the loop end sends to a blocking thread.
 *
 * @module
 */

import { runtime } from "../runtime/current.ts";
import type { Reader } from "../wire/codec.ts";
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

  read(reader: Reader): () => void {
    const run = this.#read(reader);
    const exports = this.#modules.get(run.url);
    return () => (exports !== undefined ? this.#run(run, exports) : void this.#loadAndRun(run));
  }

  readNested(reader: Reader): void {
    const cause = reader.uint();
    const depth = reader.uint();
    const run = this.#read(reader);
    const exports = this.#modules.get(run.url) as Exports;
    this.#end.addCall(cause, depth, () => this.#run(run, exports));
  }

  #read(reader: Reader): Run {
    const frame = new Frame(reader.uint(), true);
    this.#end.begin(frame);
    const url = reader.string();
    const name = reader.string();
    const generate = reader.uint() === 1;
    frame.variables.read(reader);
    return { frame, url, name, generate, args: reader.value() as unknown[] };
  }

  async #loadAndRun(run: Run): Promise<void> {
    const { frame, url } = run;
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
    this.#modules.set(url, exports);
    this.#end.send("loaded", frame, (writer) => writer.uint(frame.task));
    // From the event loop again, not from this microtask: see Runtime.fromEventLoop().
    runtime.fromEventLoop(() => {
      // A request to cancel may have come while the module was loading.
      this.#end.receiveArrived();
      this.#run(run, exports);
    });
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
