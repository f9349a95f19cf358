/**
 * The messages between the two ends of a bridge: what each means, how it is written, and how it is read.
 *
 * A blocking thread runs one task at a time, apart from those that run nested on it. While a task runs, its thread
 * is on a stack of waits: each `awaitlet()` is one, and a call that the loop makes into the parked thread
 * may await again, on top of it. Tasks, waits and calls have numbers of their own.
 *
 * A message is its kind, up to four numbers, and a body: a text, or bytes that the codec writes.
 *
 * To the blocking end:
 *
 * | kind | numbers | body | meaning |
 * | --- | --- | --- | --- |
 * | `run` | task | module URL, export, generate, variables, arguments | Runs a task. Answered by `done` or `result`. With `generate` the export is a generator function, and what it yields is given to the task's consumer on the loop, by `evaluate`. |
 * | `withdrawn` | task | | The task that this end has asked for by `fetch` is not to be run. |
 * | `settled` | wait, whether it holds what was made | variables, changes, outcome, numbers | Ends the wait. Not sent twice. Where one of several expressions has failed, the numbers under which the loop keeps what each has given. |
 * | `value` | wait | plain text | As `settled`, with a small plain value. |
 * | `bytes` | wait | bytes | As `settled`, with a small `Uint8Array`. |
 * | `call` | call, wait, depth, task | function, variables, arguments | Calls a function that the task has passed to async code. It runs once `wait`, its cause, is on top of the stack, or, when that wait is over, once the thread waits no deeper than `depth`, or when it has waited for too long. Answered by `answer`. |
 * | `nest` | task, wait, depth | as `run` | Runs a task on top of the wait that caused it, or, when its ancestor is done by then, for itself. Only for a module that this thread has loaded. |
 * | `cancel` | task | reason | Thrown at the task's `awaitlet()`, the present one or the next. No answer. |
 * | `ignored` | call, wait, task | callback, error | That call has failed, and whoever made it does not look. The error is thrown at `wait`, or, when that is over, at the task's present or next `awaitlet()`, or its end. No answer. |
 * | `released` | function, count | | The loop has dropped `count` receipts of a function. No answer. |
 *
 * To the loop end:
 *
 * | kind | numbers | body | meaning |
 * | --- | --- | --- | --- |
 * | `fetch` | task | | This end has taken a task from the queue that did not fit there. Answered by `run` or `withdrawn`. |
 * | `loading` | task | module URL | The task needs a module that this thread loads now. |
 * | `loaded` | task | module URL | That module stands. Without a URL: it was one that arguments needed, and could not be loaded. |
 * | `failed` | task | variables, error | The module could not be loaded. The loop ends the thread. |
 * | `cancelled` | task | reason | A task that this end has begun itself was cancelled. No answer. |
 * | `invoke` | task, wait, module, begin | export, arguments as JSON | Calls a function of an async module, and awaits what it returns: the short form of `evaluate`, at depth 0. `module` is a number that this end has given to its URL; where it is new, the URL stands before the export (`invokeNew`). `begin` is 0, or, where the task begins with that, 1 and the task that has ended before. |
 * | `evaluate` | task, wait, depth, mode | released, variables, expressions | Answered by `settled`: with the value where there is one expression, else with an array. In mode `hold` the one value stays on the loop, and its number is the answer, for what is a promise as well with the names of its members; `null` and `undefined` are the answer themselves. |
 * | `begin` | task, wait, mode, ended | as `evaluate` | A task begins that this end has not been asked for, by `syncDef()`, with its first wait, at depth 0. `ended` is such a task that has ended before, or 0. |
 * | `answer` | call | variables, changes, refused, outcome | `refused` is 1 where the outcome stands for a value that cannot cross: a failure for those alone who want it. |
 * | `done` | task, completion | variables, outcome | Ends the task: its references, in both directions, are dropped by each end when it sends or reads this. For a task that has begun itself the outcome has no meaning. Where the export is a generator function that was not run, it is the arguments, to run it with. |
 * | `warning` | | text | Something that the people who run the program are to be told. |
 * | `unused` | task | expression | The task, which ends, has recorded this call and not awaited it. |
 * | `result` | task, completion | plain text | As `done`, with a small plain result. |
 *
 * An outcome is one of `OUTCOMES`, then the value or what was thrown, unless it is the very reason of the task's `cancel`.
 * `variables` are a count and as many names and values: the task's context variables that the sender has set since its
 * last message, or all of them where a task begins. `changes` are a count and as many stretches of bytes, each with the number of the
 * wait or call that was given the buffer, its place among the buffers there, and where in it the stretch starts. `released` is a count and as many numbers, of what was held and has been
 * disposed of.
 *
 * Wherever a value stands, what is neither copied nor made anew stands in it as one of `CROSSING`: a function that its sender
 * keeps (to the loop end with a text that says which it is and where it was given), a function or object that its receiver keeps, to the loop end a recorded expression, which is evaluated as it is read, an
 * object that its sender keeps (the class and, at first, its own data), to the blocking end a promise, the own data of an object
 * that the receiver has asked for, a class that both sides know by its module and name, a value of the web's own classes (`web_values.ts`), to the
 * loop end a signal (`signals.ts`).
 *
 * A bridge ends with its blocking thread. Whatever has not been answered then is answered by `ThreadDied`, on the loop,
 * after all that the thread had sent has been read.
 *
 * @module
 */

import type { Reader, Writer } from "../wire/codec.ts";
import type { Node } from "../wire/expression.ts";
import { isPlain } from "../wire/plain_text.ts";
import type { Mode, TaskCompletion } from "../wire/protocol.ts";
import type { ContextValues } from "./context_values.ts";
import type { ReferenceCodec } from "./reference_codec.ts";

export const ToBlocking = {
  run: 1,
  withdrawn: 2,
  settled: 3,
  value: 4,
  bytes: 5,
  call: 6,
  nest: 7,
  cancel: 8,
  released: 9,
  ignored: 10,
} as const;

export const ToLoop = {
  fetch: 1,
  loading: 2,
  loaded: 3,
  failed: 4,
  cancelled: 5,
  invoke: 6,
  invokeNew: 7,
  evaluate: 8,
  begin: 9,
  answer: 10,
  done: 11,
  result: 12,
  warning: 13,
  unused: 14,
} as const;

/** The function of a blocking module to run, and what with. */
export interface RunBody {
  readonly url: string;
  readonly name: string;
  readonly generate: boolean;
  readonly args: readonly unknown[];
}

/** The body of `run` and `nest`. */
export const runBody = {
  write(writer: Writer, run: RunBody, variables: ContextValues): void {
    writer.string(run.url);
    writer.string(run.name);
    writer.uint(run.generate ? 1 : 0);
    variables.write(writer);
    writer.value(run.args, "arguments");
  },
  read(reader: Reader, variables: ContextValues): RunBody {
    const url = reader.string();
    const name = reader.string();
    const generate = reader.uint() === 1;
    variables.read(reader);
    return { url, name, generate, args: reader.value() as unknown[] };
  },
};

/** The mode of `evaluate` and `begin`, with how many expressions there are. */
export const evaluateMode = {
  write: (mode: Mode, count: number): number => (count << 1) | (mode === "hold" ? 1 : 0),
  read: (number: number): { readonly mode: Mode; readonly count: number } => ({
    mode: number & 1 ? "hold" : "await",
    count: number >>> 1,
  }),
};

/** The body of `evaluate` and `begin`. */
export const evaluateBody = {
  write(
    writer: Writer<ReferenceCodec>,
    released: readonly number[],
    variables: ContextValues,
    expressions: readonly Node[],
  ): void {
    writer.uint(released.length);
    for (const id of released) writer.uint(id);
    variables.write(writer);
    for (const node of expressions) writer.extension.writeExpression(node, writer);
  },
  /** Reads what stands before the variables. */
  readReleased(reader: Reader): number[] {
    const released: number[] = [];
    for (let count = reader.uint(); count > 0; count--) released.push(reader.uint());
    return released;
  },
};

/** What tasks are written as where threads take them themselves: the URL of the module, the export, the arguments. */
export const queuedTask = {
  /** @returns Nothing where the arguments need the codec. */
  write(url: string, name: string, args: readonly unknown[]): string | undefined {
    return withArguments([url, name], args);
  },
  read(text: string): RunBody {
    const [url, name, ...args] = JSON.parse(text) as [string, string, ...unknown[]];
    return { url, name, generate: false, args };
  },
};

/** The body of `invoke` and `invokeNew`. */
export const invokeBody = {
  /** @returns Nothing where the arguments need the codec. */
  write(url: string | undefined, name: string, args: readonly unknown[]): string | undefined {
    return withArguments(url === undefined ? [name] : [url, name], args);
  },
};

function withArguments(all: unknown[], args: readonly unknown[]): string | undefined {
  let objects = 0;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    // Two arguments may be one object: JSON would make two of it.
    if (typeof arg === "object" && arg !== null && ++objects > 1) return undefined;
    if (!isPlain(arg)) return undefined;
    all.push(arg);
  }
  return "toJSON" in all ? undefined : JSON.stringify(all);
}

/** What a task did until it was done, as a number. */
export const completions: readonly TaskCompletion[] = ["computed", "awaited", "generates"];
