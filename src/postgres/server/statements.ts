/**
 * The statements that the server keeps for a connection.
 *
 * @module
 */

import { Result } from "../result.ts";
import { CATALOG_QUERY, Catalog, type CatalogRow } from "./catalog.ts";
import type { Answer } from "./exchange.ts";
import { Messages } from "./messages.ts";
import { Statement } from "./statement.ts";

/** How many are kept. */
const MOST = 500;

/** Sends messages; what it gives is `undefined` when the connection was lost before the answer. */
export type Send = (messages: Messages) => Promise<Answer | undefined>;

export class Statements {
  readonly #textTypes: readonly number[];
  readonly #send: Send;
  readonly #catalog = new Catalog();
  /** By text, the one made first at the start. */
  readonly #kept = new Map<string, Statement>();
  /** Not those of other connections: behind a pooler, or with PGlite, they may have the same session. */
  readonly #prefix = `awaitlet_${Math.random().toString(36).slice(2)}`;
  #lastName = 0;

  /**
   * @param textTypes The types that the caller reads as text.
   * @param send Sends to the server.
   */
  constructor(textTypes: readonly number[], send: Send) {
    this.#textTypes = textTypes;
    this.#send = send;
  }

  /** The statement of that text, where the server keeps it. */
  get(text: string): Statement | undefined {
    return this.#kept.get(text);
  }

  /**
   * Has the server parse a statement.
   *
   * @param text The statement.
   * @param isKept Whether to keep it; otherwise it has to be run before the next one is prepared.
   * @throws The fields of what the server refuses it with; `undefined` when the connection is lost.
   */
  async prepare(text: string, isKept: boolean): Promise<Statement> {
    const kept = isKept ? this.#kept.get(text) : undefined;
    if (kept !== undefined) return kept;
    const name = isKept ? `${this.#prefix}_${++this.#lastName}` : "";
    const statement = await this.#describe(name, text);
    if (isKept) this.#keep(text, statement);
    return statement;
  }

  forget(text: string): void {
    const statement = this.#kept.get(text);
    this.#kept.delete(text);
    if (statement !== undefined) void this.#send(new Messages().close(statement.name).sync());
  }

  /** Whether the server refuses a statement that it has parsed because that is out of date, or that it has forgotten. */
  isStale({ code, routine }: Readonly<Record<string, string>>): boolean {
    return code === "26000" || (code === "0A000" && routine === "RevalidateCachedQuery");
  }

  #keep(text: string, statement: Statement): void {
    this.#kept.set(text, statement);
    if (this.#kept.size > MOST) this.forget(this.#kept.keys().next().value as string);
  }

  async #describe(name: string, text: string): Promise<Statement> {
    const answer = await this.#ask(new Messages().prepare(name, text).sync());
    const oids = [...answer.parameters, ...answer.columns.map(({ type }) => type)];
    const learnt = await this.#catalog.learn(oids, (unknown) => this.#askCatalog(unknown));
    // Asking may have overwritten the statement that has no name.
    if (learnt && name === "") await this.#ask(new Messages().prepare(name, text).sync());
    return new Statement(name, answer, this.#catalog, this.#textTypes);
  }

  async #askCatalog(oids: readonly number[]): Promise<CatalogRow[]> {
    const statement = await this.prepare(CATALOG_QUERY, true);
    const { rows, rowCount, command } = await this.#ask(statement.execute([oids]));
    return new Result<CatalogRow>({ columns: statement.columns, rows, rowCount, command }).all();
  }

  async #ask(messages: Messages): Promise<Answer> {
    const answer = await this.#send(messages);
    if (answer === undefined || answer.error !== undefined) throw answer?.error;
    return answer;
  }
}
