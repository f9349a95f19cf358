/**
 * What async code gets for what stays on a blocking thread: functions and live objects.
 *
 * @module
 */

import type { Callee } from "./blocking_calls.ts";
import { warnOnce } from "./callback_warnings.ts";
import { isEmitter } from "./emitters.ts";
import type { LiveObject, OwnProperty } from "./live_object.ts";
import { drive } from "./live_prototype.ts";
import type { Operation } from "./operations.ts";
import type { ImportedFunction, Importing, Scope } from "./reference_table.ts";
import type { Task } from "./task.ts";
import { currentContext, type ParentWait } from "./task_context.ts";

/** What calls into the thread. */
export interface Caller {
  /** The task of a scope; `undefined` where it is over. */
  taskOf(scope: Scope): Task | undefined;
  /** A promise of what comes of a call. */
  call(task: Task | undefined, callee: Callee, args: unknown[], self?: unknown): Promise<unknown>;
  /** What comes of a call at once; else a promise of that. */
  callAtOnce(
    task: Task | undefined,
    callee: Callee,
    args: unknown[],
    self: unknown,
    isListener: boolean,
  ): unknown;
  /** Tells the thread that `count` receipts of `id` are given back. */
  release(id: number, count: number): void;
}

export class LoopImports implements Importing {
  readonly #caller: Caller;
  readonly collect = true;

  readonly live = {
    isSync: false,
    operate: (live: LiveObject, operation: Operation, args: readonly unknown[]): unknown => {
      const { proxy: stub, className } = live;
      const task = this.#caller.taskOf(live.scope);
      const [key] = args;
      const label = typeof key === "string" ? `${className}.${key}` : className;
      return this.#caller.call(task, { id: 0, stub, label }, [stub, operation, ...args]).then((value) => {
        const result = value as unknown[];
        live.take(result.at(-1) as OwnProperty[]);
        return result.length > 1 ? result[0] : undefined;
      });
    },
    release: (): void => {},
  };

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  stub(id: number, scope: Scope, { name, label, usesThis, isGenerator }: ImportedFunction): object {
    const caller = this.#caller;
    // Now: the stub may outlive it, and tells then whose it was.
    const task = caller.taskOf(scope);
    const call = function (this: unknown, ...args: unknown[]): unknown {
      // An emitter calls its listeners on itself; a builder gives itself as well.
      const isListener = isEmitter(this) && !args.includes(this);
      return caller.callAtOnce(task, { id, stub, label }, args, usesThis ? this : undefined, isListener);
    };
    const generate = async function* (this: unknown, ...args: unknown[]) {
      return yield* drive((await call.apply(this, args)) as AsyncIterator<unknown, unknown, unknown>);
    };
    const stub = Object.defineProperty(isGenerator ? generate : call, "name", {
      value: name,
      configurable: true,
    });
    return stub;
  }

  tell(message: string): void {
    warnOnce(message);
  }

  presentWait(): ParentWait | undefined {
    return currentContext.get()?.cause;
  }

  release(id: number, count: number): void {
    this.#caller.release(id, count);
  }
}
