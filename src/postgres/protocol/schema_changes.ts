/**
 * Which statements may change what other statements mean: they change the schema, the session or what the server keeps.
 *
 * A prepared statement has the parameter types of the moment it was parsed at. After `alter table` the server casts such a
 * value to the column's new type, without a word: a `real` that became `double precision` would store rounded numbers.
 * So a statement that was described before a change is described anew before its next use.
 *
 * @module
 */

/** What a statement may change, by how far that reaches. */
export type SchemaChange = "nothing" | "session" | "statements" | "schema";

/** Statements that create, change or drop objects, or may do so: `do` and `call` run anything. */
const CHANGES_SCHEMA = /^(alter|create|drop|do|call|import|reassign|security)$/i;

/** What sets a session's search path, directly or by way of its role. */
const CHANGES_PATH = /\bsearch_path\b|^\s*(set|reset)\b[\s\S]*\b(schema|role|authorization|all)\b/i;

/** Whatever stands before the first word of a statement. */
const BEFORE_WORD = /^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/|\()*/;

/** What a statement may change. */
export function changeOf(text: string): SchemaChange {
  const start = text.replace(BEFORE_WORD, "");
  const word = /^\w*/.exec(start)?.[0] ?? "";
  if (/^(discard|deallocate)$/i.test(word)) return "statements";
  if (CHANGES_SCHEMA.test(word)) {
    return /^create\s+(?:(?:local|global)\s+)?temp/i.test(start) ? "session" : "schema";
  }
  return CHANGES_PATH.test(start) ? "session" : "nothing";
}

/** Words of which a text must hold one, wherever, to change what statements mean. */
const IN_SCRIPT: readonly [change: SchemaChange, words: RegExp][] = [
  ["schema", /\b(alter|create|drop|do|call|import|reassign|security)\b/i],
  ["session", /\b(search_path|set|reset)\b/i],
  ["statements", /\b(discard|deallocate)\b/i],
];

/** What several statements in one text may change. Any of them may be hidden behind another. */
export function changesOfScript(text: string): SchemaChange[] {
  return IN_SCRIPT.flatMap(([change, words]) => (words.test(text) ? [change] : []));
}

/** How many changes of a schema this process has made, in whatever database, on whatever connection. */
let ofProcess = 0;

/** Counts the changes that concern one connection. */
export class SchemaVersion {
  #ofSession = 0;
  /** What the open transaction has changed: its end shows that to others, or takes it back. */
  #open: SchemaChange = "nothing";

  /** Whether the open transaction has changed something. */
  get hasOpen(): boolean {
    return this.#open !== "nothing";
  }

  /** It grows with each change. What was described under a lower number is to be described anew. */
  get current(): number {
    return ofProcess + this.#ofSession;
  }

  /** A statement has changed something. */
  add(change: SchemaChange): void {
    if (change === "nothing") return;
    if (change === "schema") ofProcess += 1;
    else this.#ofSession += 1;
    if (this.#open !== "schema") this.#open = change;
  }

  /**
   * A statement was answered.
   *
   * @param isIdle Whether no transaction is open then.
   * @param rollsBack Whether it rolled back to a savepoint.
   */
  answered(isIdle: boolean, rollsBack: boolean): void {
    if (this.#open === "nothing" || !(isIdle || rollsBack)) return;
    const change = this.#open;
    if (isIdle) this.#open = "nothing";
    if (change === "schema") ofProcess += 1;
    else this.#ofSession += 1;
  }
}
