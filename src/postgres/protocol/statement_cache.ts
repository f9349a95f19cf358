/**
 * The statements that a connection knows: with their descriptions, and mostly kept by the server.
 *
 * @module
 */

import { numberColumns, type ResultColumns } from "../query/packed_result.ts";
import { Result } from "../query/result.ts";
import { writeColumns } from "../types/columns.ts";
import { BINARY_TYPES, BYTEA } from "../types/types.ts";
import { CATALOG_QUERY, Catalog, type CatalogRow } from "./catalog.ts";
import type { Answer } from "./exchange.ts";
import { MessageWriter } from "./message_writer.ts";
import { packAnswer } from "./query_exchange.ts";
import { type SchemaChange, SchemaVersion } from "./schema_changes.ts";
import { Statement } from "./statement.ts";

/** How many are kept. */
const MOST = 500;

/** The classes of the errors that a statement is refused with, before it runs, when it is not what it was described as. */
const OUTDATED: ReadonlySet<string> = new Set(["0A", "22", "26", "3F", "42", "XX"]);

/** The server counts other parameters, or other columns, than were described. */
const PROTOCOL_VIOLATION = "08P01";

/** Whether a statement may be refused because the schema, or the session, has changed since it was described. */
export function mayBeOutdated({ code = "" }: Readonly<Record<string, string>>): boolean {
  return OUTDATED.has(code.slice(0, 2)) || code === PROTOCOL_VIOLATION;
}

/** Sends messages; what it gives is `undefined` when the connection was lost before the answer. */
export type Send = (messages: MessageWriter) => Promise<Answer | undefined>;

/** How statements are kept. */
export interface CacheSettings {
  /** Whether the server keeps them. If not, their text goes along each time. */
  readonly prepare: boolean;
  /** The types that the caller reads as text. */
  readonly textTypes: readonly number[];
}

export class StatementCache {
  readonly #settings: CacheSettings;
  readonly #send: Send;
  readonly #catalog = new Catalog();
  readonly #version = new SchemaVersion();
  /** By text, the one made first at the start. */
  readonly #kept = new Map<string, Statement>();
  /** Not those of other connections: behind a pooler, or with PGlite, they may have the same session. */
  readonly #prefix = `awaitlet_${Math.random().toString(36).slice(2)}`;
  #lastName = 0;

  /** @param send Sends to the server. */
  constructor(settings: CacheSettings, send: Send) {
    this.#settings = settings;
    this.#send = send;
  }

  /** The statement of that text, where it is known and the schema has not changed since. */
  get(text: string): Statement | undefined {
    const kept = this.#kept.get(text);
    return kept !== undefined && kept.version === this.#version.current ? kept : undefined;
  }

  /**
   * Has the server describe a statement, and keep it.
   *
   * @param text The statement.
   * @param isFresh Whether to do so even where it is known.
   * @throws The fields of what the server refuses it with; `undefined` when the connection is lost.
   */
  async prepare(text: string, isFresh: boolean = false): Promise<Statement> {
    const known = isFresh ? undefined : this.get(text);
    if (known !== undefined) return known;
    const name = this.#settings.prepare ? `${this.#prefix}_${++this.#lastName}` : "";
    const version = this.#version.current;
    const messages = new MessageWriter();
    const outdated = this.#kept.get(text)?.name ?? "";
    if (outdated !== "") messages.close(outdated);
    const answer = await this.#ask(messages.parse(name, text).describe(name).sync());
    await this.#learn(answer);
    const { textTypes } = this.#settings;
    const statement = new Statement({ name, text, answer, catalog: this.#catalog, textTypes, version });
    this.#keep(text, statement);
    return statement;
  }

  /** Learns the types of what the server has described. */
  async learnColumns(answer: Answer, text: string): Promise<Statement> {
    await this.#learn(answer);
    const { textTypes } = this.#settings;
    return new Statement({ name: "", text, answer, catalog: this.#catalog, textTypes, version: -1 });
  }

  /** The columns of an answer in the simple protocol: as text, but for those of a binary cursor. */
  async textColumns(answer: Answer, areBinary: readonly boolean[]): Promise<ResultColumns> {
    // What the types are is of use, but not needed: the statement is done.
    await this.#learn(answer).catch(() => {});
    const columns = answer.columns.map(({ name, type }, i) => {
      const isBinary = areBinary[i] ?? false;
      return { name, type: this.#catalog.type(isBinary && !BINARY_TYPES.has(type) ? BYTEA : type), isBinary };
    });
    return numberColumns(writeColumns(columns));
  }

  /** Forgets a statement, and has the server forget it. */
  forget(text: string): void {
    const statement = this.#kept.get(text);
    this.#kept.delete(text);
    if (statement !== undefined && statement.name !== "") {
      void this.#send(new MessageWriter().close(statement.name).sync());
    }
  }

  /** Whether the open transaction has changed what statements mean. */
  get hasOpenChange(): boolean {
    return this.#version.hasOpen;
  }

  /** A statement has run that may have changed what others mean. */
  changed(change: SchemaChange): void {
    // The server has forgotten them.
    if (change === "statements") this.#kept.clear();
    this.#version.add(change);
  }

  /**
   * A statement was answered.
   *
   * @param isIdle Whether no transaction is open then.
   * @param rollsBack Whether it rolled back to a savepoint.
   */
  answered(isIdle: boolean, rollsBack: boolean): void {
    if (this.#version.hasOpen) this.#version.answered(isIdle, rollsBack);
  }

  #keep(text: string, statement: Statement): void {
    this.#kept.delete(text);
    this.#kept.set(text, statement);
    if (this.#kept.size > MOST) this.forget(this.#kept.keys().next().value as string);
  }

  async #learn({ parameters, columns }: Answer): Promise<void> {
    const oids = [...parameters, ...columns.map(({ type }) => type)];
    await this.#catalog.learn(oids, (unknown) => this.#askCatalog(unknown));
  }

  async #askCatalog(oids: readonly number[]): Promise<CatalogRow[]> {
    const statement = await this.prepare(CATALOG_QUERY);
    const isKept = statement.name !== "";
    const messages = isKept ? statement.execute([oids]) : statement.parseAndExecute([oids]);
    const answer = await this.#ask(messages);
    return new Result<CatalogRow>(
      packAnswer(answer, isKept ? statement.columns : statement.textColumns),
    ).all();
  }

  async #ask(messages: MessageWriter): Promise<Answer> {
    const answer = await this.#send(messages);
    if (answer === undefined || answer.error !== undefined) throw answer?.error;
    return answer;
  }
}
