/**
 * Reads messages in which recorded expressions stand, at the loop end: reading evaluates them.
 *
 * @module
 */

import { NotLoaded, type Reader } from "../wire/codec.ts";
import { nodeOf } from "../wire/expression.ts";
import { Evaluator, type Roots } from "../wire/expression_codec.ts";
import type { Outcome } from "../wire/protocol.ts";
import type { Arrived } from "./channel.ts";
import type { Crossing } from "./crossing.ts";
import type { Task } from "./task.ts";
import { Variables } from "./variables.ts";

/** A message of a task that is being read, from after its variables on. */
export interface Reading {
  readonly task: Task;
  /** How many numbers stand before the variables. */
  readonly header: number;
  /** Reads the rest. */
  read(reader: Reader<Crossing>): Outcome;
  /** Takes the outcome, awaited. */
  settle(outcome: Outcome): void;
}

export class Evaluations {
  readonly #reader: Reader<Crossing>;
  readonly #arriving: Crossing;
  readonly #roots: Roots;
  readonly #loadModule: (url: string) => Promise<object>;
  readonly #modules: string[] = [];
  /** The evaluator of the last message, to be used again. */
  #spare: Evaluator | undefined;

  constructor(
    reader: Reader<Crossing>,
    arriving: Crossing,
    roots: Roots,
    loadModule: (url: string) => Promise<object>,
  ) {
    this.#reader = reader;
    this.#arriving = arriving;
    this.#roots = roots;
    this.#loadModule = loadModule;
  }

  /**
   * Reads the rest of a message: the variables of its task, then what `reading` reads. Hands on the outcome, awaited.
   *
   * Where a module is needed that is not loaded yet, the message is read again when it is: from its start, and without
   * evaluating again what has been evaluated.
   */
  read(reading: Reading, arrived: Arrived): void {
    const evaluator = this.#spare ?? new Evaluator(this.#roots, this.#modules);
    this.#spare = undefined;
    evaluator.begin();
    this.#attempt(reading, arrived, evaluator, reading.task.variables, NONE);
  }

  #attempt(
    reading: Reading,
    arrived: Arrived,
    evaluator: Evaluator,
    variables: Variables,
    tried: readonly string[],
  ): void {
    this.#arriving.begin(reading.task.scope);
    this.#arriving.evaluator = evaluator;
    let outcome: Outcome;
    try {
      variables.read(this.#reader);
      outcome = reading.read(this.#reader);
      this.#reader.end();
      evaluator.begin();
      this.#spare = evaluator;
    } catch (value) {
      if (value instanceof NotLoaded && !tried.includes(value.url)) {
        this.#loadAndReadAgain(reading, arrived, evaluator, [...tried, value.url]);
        return;
      }
      outcome = { outcome: "threw", value: value instanceof NotLoaded ? value.explain() : value };
    } finally {
      this.#arriving.evaluator = undefined;
    }
    settleAwaited(outcome, reading);
  }

  #loadAndReadAgain(
    reading: Reading,
    arrived: Arrived,
    evaluator: Evaluator,
    tried: readonly string[],
  ): void {
    const kept = { ...arrived, bytes: arrived.bytes.slice() };
    this.#loadModule(tried.at(-1) as string).then(
      () => {
        this.#reader.begin(kept.bytes, kept.attachments);
        for (let i = 0; i < reading.header; i++) this.#reader.uint();
        evaluator.again();
        // The variables that came with the message stand already, and may have been set anew since.
        this.#attempt(reading, kept, evaluator, new Variables(), tried);
      },
      (value: unknown) => reading.settle({ outcome: "threw", value }),
    );
  }
}

const NONE: readonly string[] = [];

/** Settles at once where there is nothing to wait for. */
function settleAwaited(outcome: Outcome, reading: Reading): void {
  const { value } = outcome;
  if (outcome.outcome === "threw" || !mayBeThenable(value)) {
    reading.settle(outcome);
    return;
  }
  // As `await` does it: a promise is asked itself, anything else by its `then`, and one that throws when it is
  // read counts as a rejection.
  const promise =
    value instanceof Promise && value.constructor === Promise
      ? value
      : new Promise((resolve) => resolve(value));
  Promise.prototype.then.call(
    promise,
    (result: unknown) => reading.settle({ outcome: "returned", value: result }),
    (error: unknown) => reading.settle({ outcome: "threw", value: error }),
  );
}

function mayBeThenable(value: unknown): value is object {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  // An expression recorded here is awaited like a promise, and can be asked nothing.
  return nodeOf(value) !== undefined || "then" in value;
}
