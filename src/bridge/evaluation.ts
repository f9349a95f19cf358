/**
 * Reads messages in which recorded expressions stand, at the loop end: reading evaluates them.
 *
 * @module
 */

import type { Loads, Packet, TakesBuffers } from "../wire/codec.ts";
import { NotLoaded, Reader } from "../wire/codec.ts";
import { nodeOf } from "../wire/expression.ts";
import { Evaluator, type Roots } from "../wire/expression_codec.ts";
import type { Outcome } from "../wire/protocol.ts";
import type { ReceivedBuffer } from "./buffer_changes.ts";
import { ContextValues } from "./context_values.ts";
import { ReferenceCodec } from "./reference_codec.ts";
import type { ReferenceTable, Scope } from "./reference_table.ts";
import type { Task } from "./task.ts";
import { currentContext, type TaskContext } from "./task_context.ts";

/** A body, with what is attached to it. */
type Arrived = Pick<Packet, "bytes" | "attachments">;

/** A message of a task that is being read, from after its variables on. */
export interface Evaluation {
  readonly task: Task;
  /** Takes the buffers that are copies. */
  takeBuffer?: TakesBuffers["takeBuffer"];
  /** Takes those of earlier messages that are still written into. */
  takeBuffers?(buffers: readonly ReceivedBuffer[]): void;
  /** Reads over what stands before the variables, in a body that is read again. */
  skip?(reader: Reader<ReferenceCodec>): void;
  /** Reads the rest. */
  read(reader: Reader<ReferenceCodec>): Outcome;
  /** Whether a value is taken as it is, not awaited. */
  takes?(value: unknown): boolean;
  /** Takes the outcome, awaited. */
  settle(outcome: Outcome): void;
}

/** What all readers of one bridge have in common. */
interface Shared {
  readonly modules: string[];
  reading: Evaluation | undefined;
}

export class EvaluatingReader {
  readonly reader: Reader<ReferenceCodec>;
  readonly #references: ReferenceTable;
  readonly #arriving: ReferenceCodec;
  readonly #roots: Roots;
  readonly #loadModule: (url: string) => Promise<object>;
  readonly #shared: Shared;
  /** The evaluator of the last message, to be used again. */
  #spare: Evaluator | undefined;
  #inner: EvaluatingReader | undefined;

  constructor(
    references: ReferenceTable,
    roots: Roots,
    loadModule: (url: string) => Promise<object>,
    shared: Shared = { modules: [], reading: undefined },
  ) {
    this.#references = references;
    this.#arriving = new ReferenceCodec(references);
    this.reader = new Reader(this.#arriving);
    this.#roots = roots;
    this.#loadModule = loadModule;
    this.#shared = shared;
  }

  /** The URLs of the modules that the other end names by number. */
  get modules(): string[] {
    return this.#shared.modules;
  }

  /** What is being read. */
  get reading(): Evaluation | undefined {
    return this.#shared.reading;
  }

  /** Reads the messages that come while this one is in the midst of its own. */
  get inner(): EvaluatingReader {
    this.#inner ??= this.#another();
    return this.#inner;
  }

  #another(): EvaluatingReader {
    return new EvaluatingReader(this.#references, this.#roots, this.#loadModule, this.#shared);
  }

  /** Begins to read a body that belongs to no evaluation, of a task with that scope. */
  begin(scope: Scope | undefined): void {
    this.#arriving.begin(scope);
  }

  /**
   * Reads the rest of a message: the variables of its task, then what `reading` reads. Hands on the outcome, awaited.
   *
   * Where a module is needed that is not loaded yet, the message is read again when it is: from its start, and without
   * evaluating again what has been evaluated.
   */
  read(reading: Evaluation, arrived: Arrived): void {
    const evaluator = this.#spare ?? new Evaluator(this.#roots, this.#shared.modules);
    this.#spare = undefined;
    evaluator.begin();
    this.#attempt({ reading, arrived, evaluator, variables: reading.task.variables, loads: undefined });
  }

  #attempt(attempt: Attempt): void {
    const { reading, evaluator, loads } = attempt;
    this.#arriving.begin(reading.task.scope);
    this.#arriving.evaluator = evaluator;
    const shared = this.#shared;
    const outer = shared.reading;
    shared.reading = reading;
    this.reader.taker = reading.takeBuffer && (reading as TakesBuffers);
    this.reader.loads = loads === undefined ? always : (url) => !loads.has(url);
    let outcome: Outcome;
    let { variables } = attempt;
    try {
      variables.read(this.reader);
      variables = KEPT;
      outcome = reading.read(this.reader);
      this.reader.end();
      evaluator.begin();
      this.#spare = evaluator;
    } catch (value) {
      if (NotLoaded.is(value) && loads?.has(value.url) !== true) {
        // The variables may have been set anew by then.
        this.#loadAndReadAgain(
          variables === KEPT ? { ...attempt, variables: new ContextValues() } : attempt,
          value.url,
        );
        return;
      }
      evaluator.abandon();
      outcome = { outcome: "threw", value: NotLoaded.is(value) ? value.explain(loads) : value };
    } finally {
      this.#arriving.evaluator = undefined;
      this.reader.taker = undefined;
      shared.reading = outer;
      this.reader.loads = never;
    }
    if (outcome.outcome === "returned" && reading.takes?.(outcome.value)) reading.settle(outcome);
    else settleAwaited(outcome, reading);
  }

  #loadAndReadAgain(attempt: Attempt, url: string): void {
    const { reading, evaluator, arrived } = attempt;
    const kept = { ...arrived, bytes: arrived.bytes.slice() };
    const again = (outcome: Outcome): void => {
      const other = this.#another();
      other.reader.begin(kept.bytes, kept.attachments);
      reading.skip?.(other.reader);
      evaluator.again();
      other.#attempt({ ...attempt, arrived: kept, loads: new Map(attempt.loads).set(url, outcome) });
    };
    this.#loadModule(url).then(
      () => again({ outcome: "returned", value: undefined }),
      // What can do without the module is read all the same.
      (value: unknown) => again({ outcome: "threw", value }),
    );
  }
}

/** One reading of a message, which may need another one after it. */
interface Attempt {
  readonly reading: Evaluation;
  readonly arrived: Arrived;
  readonly evaluator: Evaluator;
  /** Where the variables that came with the message are to be kept. */
  readonly variables: ContextValues;
  /** How the modules that the message needs have been loaded, by their URLs. */
  readonly loads: Loads | undefined;
}

/** Says that the variables of a message are kept already. */
const KEPT = new ContextValues();

const always = (): boolean => true;
const never = (): boolean => false;

/** Settles at once where there is nothing to wait for. */
export function settleAwaited(outcome: Outcome, reading: Pick<Evaluation, "settle">): void {
  const { value } = outcome;
  let promise: Promise<unknown> | undefined;
  try {
    // The most frequent case first: an expression that is recorded here is a function, and no promise.
    const isPromise = typeof value === "object" && value instanceof Promise;
    if (outcome.outcome === "returned" && (isPromise || mayBeThenable(value))) {
      // As `await` does it: a promise is asked itself, anything else by its `then`, and one that throws when it is
      // read counts as a rejection.
      promise = isPromise && value.constructor === Promise ? value : new Promise((resolve) => resolve(value));
    }
  } catch (error) {
    // A proxy, whose traps throw.
    reading.settle({ outcome: "threw", value: error });
    return;
  }
  if (promise === undefined) {
    reading.settle(outcome);
    return;
  }
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

/** Reads a message in the context of its task, from within that of the task's caller. */
export function readWith(
  flow: TaskContext,
  evaluations: EvaluatingReader,
  reading: Evaluation,
  arrived: Arrived,
): void {
  currentContext.run(flow, readFrom, evaluations, reading, arrived);
}

function readFrom(evaluations: EvaluatingReader, reading: Evaluation, arrived: Arrived): void {
  evaluations.read(reading, arrived);
}
