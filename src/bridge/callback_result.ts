/**
 * What a call into blocking code gives to async code: a promise that knows whether anybody looks at it.
 *
 * @module
 */

import { runtime } from "../runtime/current.ts";
import type { Outcome } from "../wire/protocol.ts";
import { isThenable } from "./lending.ts";
import { liveOf } from "./live_object.ts";

type Fulfilled<T, A> = ((value: T) => A | PromiseLike<A>) | null | undefined;
type Rejected<B> = ((error: unknown) => B | PromiseLike<B>) | null | undefined;

/**
 * Many libraries call a callback and drop what it gives: an emitter, a query builder. A rejection that is ignored would end the
 * process, so it is told to whom it concerns instead. Whoever awaits the promise calls its `then()`, for it is no plain promise.
 */
export class CallbackResult<T = unknown> extends Promise<T> {
  /** What the runtime makes of it is a plain promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  readonly #onIgnored: (error: unknown) => void;
  #isSeen = false;
  #failure: { readonly error: unknown } | undefined;

  /** @param onIgnored Called with the rejection, once the event loop has turned and nobody has looked. */
  constructor(
    executor: (resolve: (value: T | PromiseLike<T>) => void, reject: (error: unknown) => void) => void,
    onIgnored: (error: unknown) => void = rethrow,
  ) {
    super(executor);
    this.#onIgnored = onIgnored;
    Promise.prototype.then.call(this, undefined, (error: unknown) => this.#fail(error));
  }

  override then<A = T, B = never>(onFulfilled?: Fulfilled<T, A>, onRejected?: Rejected<B>): Promise<A | B> {
    this.#isSeen = true;
    const next = super.then(onFulfilled, onRejected);
    return new CallbackResult<A | B>(
      (resolve, reject) =>
        void Promise.prototype.then.call(next, resolve as (value: unknown) => void, reject),
      // Another error is one of the code that looked.
      (error) => (this.#failure?.error === error ? this.#onIgnored(error) : rethrow(error)),
    );
  }

  /** Whether somebody looks at what it comes to. */
  get isSeen(): boolean {
    return this.#isSeen;
  }

  /** Nobody need be told of its failure any more. Returns whether nobody has looked at it. */
  ignore(): boolean {
    const isUnseen = !this.#isSeen;
    this.#isSeen = true;
    return isUnseen;
  }

  #fail(error: unknown): void {
    this.#failure = { error };
    if (this.#isSeen) return;
    runtime.soon(() => {
      // It may have been told of meanwhile.
      if (this.ignore()) this.#onIgnored(error);
    });
  }
}

/** As a rejection of any promise that nobody looks at. */
function rethrow(error: unknown): void {
  void Promise.reject(error);
}

/** A callback may give a list of what is to be awaited, as a transaction's does its queries: they run. */
export function awaitList(given: Outcome): Outcome {
  const { outcome, value } = given;
  if (outcome === "threw" || !Array.isArray(value)) return given;
  // A sparse array may be very long.
  if (!runtime.valuesOf(value).some(isAwaitable)) return given;
  return { outcome, value: Promise.all(value) };
}

function isAwaitable(value: unknown): boolean {
  return typeof value === "object" && value !== null && liveOf(value) === undefined && isThenable(value);
}
