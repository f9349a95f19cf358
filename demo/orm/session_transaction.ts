/**
 * The connection and the transaction of a session.
 *
 * @module
 */

import type { Query, Result } from "../../src/postgres/mod.ts";
import { InvalidRequestError } from "./errors.ts";
import { type Steps, step } from "./steps.ts";

/** An engine: the one of blocking code, or the one of the loop. */
export interface AnyEngine {
  connect(): AnyConnection | PromiseLike<AnyConnection>;
}

interface AnyConnection {
  execute(query: Query): Result | PromiseLike<Result>;
  begin(): unknown;
  commit(): unknown;
  close(): unknown;
}

/** Begins when the first statement is sent. Once it has ended the connection is given back, and the next statement begins another. */
export class SessionTransaction {
  readonly #engine: AnyEngine;
  #conn: AnyConnection | undefined;
  /** What the database was asked for and has not answered yet. */
  #asked: unknown;

  constructor(engine: AnyEngine) {
    this.#engine = engine;
  }

  get isOpen(): boolean {
    return this.#conn !== undefined;
  }

  /** Throws while the database is to answer something else: on the loop, somebody did not wait for that. */
  checkIdle(): void {
    if (this.#asked === undefined) return;
    throw new InvalidRequestError(
      "use a session: it is in use already; wait for one call before the next, or take a session for each",
    );
  }

  *begin(): Steps<AnyConnection> {
    const conn = yield* this.#ask(() => this.#engine.connect());
    this.#conn = conn;
    yield* this.#ask(() => conn.begin());
    return conn;
  }

  *execute(query: Query): Steps<Result> {
    const conn = this.#conn ?? (yield* this.begin());
    return yield* this.#ask(() => conn.execute(query));
  }

  *commit(): Steps<void> {
    yield* this.#ask(() => this.#conn?.commit());
  }

  /** Gives the connection back. What was not committed is rolled back. */
  *close(): Steps<void> {
    // What is under way may be the making of the connection itself.
    if (this.#asked !== undefined) yield () => Promise.allSettled([this.#asked]);
    const conn = this.#conn;
    this.#conn = undefined;
    yield () => conn?.close();
  }

  *#ask<T>(start: () => T | PromiseLike<T>): Steps<T> {
    try {
      return yield* step(() => {
        const asked = start();
        this.#asked = asked ?? true;
        return asked;
      });
    } finally {
      this.#asked = undefined;
    }
  }
}
