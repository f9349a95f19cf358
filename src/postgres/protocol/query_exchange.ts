/**
 * The exchange of one statement.
 *
 * @module
 */

import {
  type PackedResult,
  type ResultColumns,
  roomBeforeRows,
  writeHeader,
} from "../query/packed_result.ts";
import { type Answer, Exchange } from "./exchange.ts";
import type { Statement } from "./statement.ts";

type Resolve = (result: PackedResult | Promise<PackedResult>) => void;

/** What a statement runs on: a connection. */
export interface QueryHost {
  /**
   * A statement was answered, or the connection was lost.
   *
   * @returns Its result. It rejects with why there is none.
   */
  settled(exchange: QueryExchange, isLost: boolean): PackedResult | Promise<PackedResult>;
}

/** A read that waits for a connection, or for its statement to be described. */
export interface ReadRequest {
  readonly text: string;
  readonly values: readonly unknown[];
  readonly signal: AbortSignal | undefined;
  resolve(result: PackedResult | Promise<PackedResult>): void;
  reject(error: unknown): void;
}

export class QueryExchange extends Exchange {
  readonly statement: Statement;
  readonly values: readonly unknown[];
  /** Whether the statement was described before, so that it may be out of date. */
  readonly isKnown: boolean;
  /** Whether the server has parsed it anew for these values, and sends its columns as text. */
  readonly isParsedAnew: boolean;
  /** What begins the transaction anew, where this is the first that is done in it. */
  readonly restart: string | undefined;
  /** Aborts when nobody wants the result any more. */
  readonly signal: AbortSignal | undefined;
  readonly #host: QueryHost;
  /** None where the result is wanted from elsewhere. */
  #resolve: Resolve | undefined;

  constructor(
    host: QueryHost,
    statement: Statement,
    values: readonly unknown[],
    isKnown: boolean,
    isParsedAnew: boolean,
    restart: string | undefined,
    signal: AbortSignal | undefined,
    resolve: Resolve,
  ) {
    super();
    this.#host = host;
    this.statement = statement;
    this.values = values;
    this.isKnown = isKnown;
    this.isParsedAnew = isParsedAnew;
    this.restart = restart;
    this.signal = signal;
    this.#resolve = resolve;
  }

  override settle(): void {
    this.#take(this.#host.settled(this, false));
  }

  override lose(): void {
    this.#take(this.#host.settled(this, true));
  }

  #take(result: PackedResult | Promise<PackedResult>): void {
    if (this.#resolve !== undefined) this.#resolve(result);
    else if (result instanceof Promise) result.catch(() => {});
  }

  /** Has the answer be of no use, because the read is run elsewhere. Returns what to run, unless that was done before. */
  supersede(): ReadRequest | undefined {
    const resolve = this.#resolve;
    if (resolve === undefined) return undefined;
    this.#resolve = undefined;
    const { values, signal } = this;
    const reject = (error: unknown) => resolve(Promise.reject(error));
    return { text: this.statement.text, values, signal, resolve, reject };
  }
}

/** Makes a result of the server's answer. */
export function packAnswer(answer: Answer, columns: ResultColumns): PackedResult {
  const result = answer.rowsBehind(roomBeforeRows(columns));
  writeHeader(result, columns, answer.rowCount);
  return result;
}
