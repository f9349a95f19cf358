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

export class Evaluations {
  readonly #reader: Reader;
  readonly #arriving: Crossing;
  readonly #roots: Roots;
  readonly #loadModule: (url: string) => Promise<object>;

  constructor(
    reader: Reader,
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
   * Reads the rest of a message of `task`: its variables, then what `read` reads. Hands on the outcome, awaited.
   *
   * Where an expression needs a module that is not loaded yet, the message is read again when it is: from its start, past
   * the `header` numbers that were read before, and without evaluating again what has been evaluated.
   */
  read(
    task: Task,
    arrived: Arrived,
    header: number,
    read: () => Outcome,
    settle: (outcome: Outcome) => void,
  ): void {
    const evaluator = new Evaluator(this.#roots);
    const tried = new Set<string>();
    const attempt = (variables: Variables): void => {
      this.#arriving.begin(task.scope);
      this.#arriving.evaluator = evaluator;
      let outcome: Outcome;
      try {
        variables.read(this.#reader);
        outcome = read();
        this.#reader.end();
      } catch (value) {
        if (value instanceof NotLoaded && !tried.has(value.url)) {
          tried.add(value.url);
          loadAndReadAgain(value.url);
          return;
        }
        outcome = { outcome: "threw", value: value instanceof NotLoaded ? value.explain() : value };
      } finally {
        this.#arriving.evaluator = undefined;
      }
      settleAwaited(outcome, settle);
    };
    const loadAndReadAgain = (url: string): void => {
      const kept = { ...arrived, bytes: arrived.bytes.slice() };
      this.#loadModule(url).then(
        () => {
          this.#reader.begin(kept.bytes, kept.attachments);
          for (let i = 0; i < header; i++) this.#reader.uint();
          evaluator.again();
          // The variables that came with the message stand already, and may have been set anew since.
          attempt(new Variables());
        },
        (value: unknown) => settle({ outcome: "threw", value }),
      );
    };
    attempt(task.variables);
  }
}

/** Settles at once where there is nothing to wait for. */
function settleAwaited({ outcome, value }: Outcome, settle: (outcome: Outcome) => void): void {
  if (outcome === "threw" || !mayBeThenable(value)) {
    settle({ outcome, value });
    return;
  }
  // As `await` does it: a `then` that throws when it is read counts as a rejection.
  new Promise((resolve) => resolve(value)).then(
    (result) => settle({ outcome: "returned", value: result }),
    (error: unknown) => settle({ outcome: "threw", value: error }),
  );
}

function mayBeThenable(value: unknown): boolean {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  // An expression recorded here is awaited like a promise, and can be asked nothing.
  return nodeOf(value) !== undefined || "then" in value;
}
