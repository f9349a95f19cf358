/**
 * Calls of an async module's functions with small plain arguments, which most waits are: they come as a short text.
 *
 * @module
 */

import { call, get } from "../wire/expression_codec.ts";
import type { Outcome } from "../wire/protocol.ts";
import type { AtOnce } from "./at_once.ts";
import { settleAwaited } from "./evaluation.ts";
import type { LoopEndHost } from "./loop_end_host.ts";
import type { Task } from "./task.ts";
import type { WaitAnswers } from "./wait_answers.ts";

export class ShortCalls {
  readonly #host: LoopEndHost;
  readonly #answers: WaitAnswers;
  readonly #atOnce: AtOnce;
  /** The URLs of the modules that the other end names by number. */
  readonly #modules: string[];

  constructor(host: LoopEndHost, answers: WaitAnswers, atOnce: AtOnce, modules: string[]) {
    this.#host = host;
    this.#answers = answers;
    this.#atOnce = atOnce;
    this.#modules = modules;
  }

  /**
   * Makes the call that a text tells of, and answers the wait for it.
   *
   * @param task The task that waits; none where it is over.
   * @param isNew Whether the text names the module, which has this number from now on.
   */
  invoke(task: Task | undefined, wait: number, module: number, isNew: boolean, text: string): void {
    const parts = JSON.parse(text) as unknown[];
    if (isNew) this.#modules[module] = parts.shift() as string;
    if (task === undefined) return;
    const name = parts.shift() as string;
    task.inContext(this.#invokeHere, task, wait, this.#modules[module] ?? "", name, parts);
  }

  /** Runs in the context of its task. */
  readonly #invokeHere = (
    task: Task,
    wait: number,
    url: string,
    name: string,
    args: readonly unknown[],
  ): void => {
    const settle = (outcome: Outcome) => {
      if (this.#atOnce.shortWait === wait) this.#atOnce.shortWait = 0;
      this.#answers.settle(task, wait, outcome);
    };
    const module = this.#host.loadedModule(url);
    if (module === undefined) {
      this.#host.loadModule(url).then(
        () => task.inContext(this.#invokeHere, task, wait, url, name, args),
        (value: unknown) => settle({ outcome: "threw", value }),
      );
      return;
    }
    let outcome: Outcome;
    try {
      outcome = { outcome: "returned", value: call(false, get(module, name), module, args, name) };
    } catch (value) {
      outcome = { outcome: "threw", value };
    }
    settleAwaited(outcome, { settle });
  };
}
