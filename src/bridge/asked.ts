/**
 * A wait of a task, as the loop knows it: what async code runs for, and what is settled in the end.
 *
 * @module
 */

import type { Reader } from "../wire/codec.ts";
import type { Mode, Outcome } from "../wire/protocol.ts";
import type { Crossing } from "./crossing.ts";
import type { Reading } from "./evaluations.ts";
import type { Cause, Flow } from "./flow.ts";
import type { LoopEnd } from "./loop_end.ts";
import type { Task } from "./task.ts";
import type { Variables } from "./variables.ts";

/** It is its own cause and flow, since there is one for every `awaitlet()`. */
export class Asked implements Cause, Flow, Reading {
  readonly end: LoopEnd;
  readonly task: Task;
  readonly wait: number;
  readonly depth: number;
  readonly mode: Mode;
  readonly header: number;
  readonly #count: number;
  readonly #settle: (asked: Asked, outcome: Outcome) => void;

  constructor(
    end: LoopEnd,
    task: Task,
    wait: number,
    depth: number,
    mode: Mode,
    count: number,
    header: number,
    settle: (asked: Asked, outcome: Outcome) => void,
  ) {
    this.end = end;
    this.task = task;
    this.wait = wait;
    this.depth = depth;
    this.mode = mode;
    this.header = header;
    this.#count = count;
    this.#settle = settle;
  }

  get cause(): Cause {
    return this;
  }

  get variables(): Variables {
    return this.task.variables;
  }

  read(reader: Reader<Crossing>): Outcome {
    if (this.#count === 1) return { outcome: "returned", value: reader.extension.evaluate(reader) };
    const values: unknown[] = [];
    for (let count = this.#count; count > 0; count--) values.push(reader.extension.evaluate(reader));
    return { outcome: "returned", value: Promise.all(values) };
  }

  settle(outcome: Outcome): void {
    this.#settle(this, outcome);
  }
}
