/**
 * The messages between the two ends of a bridge.
 *
 * A blocking thread runs one task at a time, apart from those that run nested on it. While a task runs, its thread
 * is on a stack of waits: each `awaitlet()` is one, and a call that the loop makes into the parked thread
 * may await again, on top of it. Tasks, waits and calls have numbers of their own; a message is the number of its
 * kind, then the fields below in their order, then a value.
 *
 * To the blocking end:
 *
 * - `run` task, module URL, export, generate, variables, then the arguments. Answered by `loaded`, once the module is,
 *   where this thread had yet to load it; and then by `done`. With `generate` the export is a generator function, and what
 *   it yields is given to the task's consumer on the loop, by `evaluate`.
 * - `settled` wait, variables, outcome. Ends the wait. Not sent twice.
 * - `call` call, wait, depth, task, function, variables, then the arguments: calls a function that the task has passed to
 *   async code. It runs once `wait`, its cause, is on top of the stack, or, when that wait is over, once the thread
 *   waits no deeper than there. Answered by `answer`.
 * - `nest` wait, depth, and then as `run`: runs a task on top of the wait that caused it, or, when its ancestor is done by
 *   then, for itself. Only for a module that this thread has loaded. Answered by `done`.
 * - `cancel` task, then the reason: thrown at the task's `awaitlet()`, the present one or the next. No answer.
 * - `released` function, count: the loop has dropped `count` receipts of a function. No answer.
 *
 * To the loop end:
 *
 * - `loaded` task: the module stands, the task begins.
 * - `failed` task, then what was thrown: the module could not be loaded. The loop ends the thread.
 * - `cancelled` task, then the reason: a task that this end has begun itself was cancelled. No answer.
 * - `evaluate` task, wait, depth, mode, count, released, variables, then `count` expressions. Answered by `settled`: with
 *   the value where there is one expression, else with an array. In mode `hold` the one value stays on the loop, and
 *   its number is the answer. `released` is a count and as many numbers, of what was held and has been disposed of.
 * - `begin` task, over, and then as `evaluate`: a task begins that this end has not been asked for, by `syncDef()`, with
 *   its first wait. `over` is such a task that has ended before, or zero.
 * - `answer` call, variables, outcome.
 * - `done` task, manner, variables, outcome. For a task that has begun itself the outcome is of no meaning. Ends the task: its references, in both directions, are dropped by each end
 *   when it sends or reads this.
 *
 * An outcome is one of `OUTCOMES`, then the value or what was thrown, unless it is the very reason of the task's `cancel`.
 * `variables` are a count and as many names and values: the task's context variables that the sender has set since its
 * last message, or all of them where a task begins.
 *
 * Wherever a value stands, functions stand in it as one of `CROSSING`: a function that its sender keeps, one that its
 * receiver keeps, an object that its sender keeps because it cannot be copied (to the blocking end, as the argument of a
 * `call`), or, to the loop end, a recorded expression, which is evaluated as it is read.
 *
 * A bridge ends with its blocking thread. Whatever has not been answered then is answered by `ThreadDied`, on the loop,
 * after all that the thread had sent has been read.
 *
 * @module
 */

export const TO_BLOCKING = ["run", "settled", "call", "nest", "cancel", "released"] as const;
export type ToBlocking = (typeof TO_BLOCKING)[number];

export const TO_LOOP = ["begin", "loaded", "failed", "cancelled", "evaluate", "answer", "done"] as const;
export type ToLoop = (typeof TO_LOOP)[number];

/** How a wait, a call or a task has ended. `cancelled`: with the very reason that the task was cancelled with. */
export const OUTCOMES = ["returned", "threw", "cancelled"] as const;
export type Outcome = { readonly outcome: "returned" | "threw"; readonly value: unknown };

export const MODES = ["await", "hold"] as const;
export type Mode = (typeof MODES)[number];

/** What a task did until it was done. `generates`: nothing, for its export is a generator function, to be run as such. */
export const MANNERS = ["computed", "awaited", "generates"] as const;
export type Manner = (typeof MANNERS)[number];

export const CROSSING = ["sender's", "receiver's", "held", "expression"] as const;
