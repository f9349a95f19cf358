/**
 * The objects of a session, and what of them the database does not know yet.
 *
 * @module
 */

import type { Query } from "../../src/postgres/mod.ts";
import { InvalidRequestError, StaleDataError } from "./errors.ts";
import { InstanceState, type Loader, type Values } from "./instance.ts";
import { deleteFrom, insert, update } from "./statements.ts";
import type { Steps } from "./steps.ts";
import type { Definition } from "./table.ts";

/** What a statement gives: rows by field, and how many rows it read or changed. */
export interface Sent {
  readonly rows: readonly Values[];
  readonly rowCount: number;
}

/** Sends a statement about a table. */
type Send = (query: Query, table: Definition) => Steps<Sent>;

/** Which object belongs to which row, and what its flush has to send. SQLAlchemy's identity map and unit of work. */
export class UnitOfWork {
  readonly #session: Loader;
  /** The objects that have a row, each there once. */
  readonly #identityMap = new Map<string, InstanceState>();
  /** To be inserted. */
  readonly #new = new Set<InstanceState>();
  /** To be deleted. */
  readonly #deleted = new Set<InstanceState>();
  /** Inserted by this transaction, with the values that the database gave. */
  readonly #inserted = new Map<InstanceState, Values>();
  /** Deleted by this transaction. */
  readonly #gone = new Set<InstanceState>();

  constructor(session: Loader) {
    this.#session = session;
  }

  /** To be inserted. */
  get new(): InstanceState[] {
    return [...this.#new];
  }

  /** To be updated. */
  get dirty(): InstanceState[] {
    const changed = (state: InstanceState) => Object.keys(state.changes).length > 0;
    return [...this.#identityMap.values()].filter((state) => !this.#deleted.has(state) && changed(state));
  }

  /** To be deleted. */
  get deleted(): InstanceState[] {
    return [...this.#deleted];
  }

  add(state: InstanceState): void {
    if (state.session !== undefined && state.session !== this.#session) {
      throw new InvalidRequestError(
        `add ${state.title}: it belongs to another session; close that one first`,
      );
    }
    if (this.#gone.has(state)) {
      throw new InvalidRequestError(
        `add ${state.title}: this transaction has deleted it; commit first, or roll back`,
      );
    }
    this.#deleted.delete(state);
    if (state.session !== undefined) return;
    if (state.isPersistent) {
      if (this.find(state.definition, state.key) !== undefined) {
        throw new InvalidRequestError(
          `add ${state.title}: the session has another object for that row; use the one that get() gives`,
        );
      }
      this.#identityMap.set(identity(state.definition, state.key), state);
    } else {
      this.#new.add(state);
    }
    state.session = this.#session;
  }

  delete(state: InstanceState): void {
    this.#checkRow(state, "delete");
    this.#deleted.add(state);
  }

  /** The object of a row, if it is here. */
  find(definition: Definition, key: unknown): InstanceState | undefined {
    return this.#identityMap.get(identity(definition, key));
  }

  /** The object of a row that was read: the one that is here keeps its values. */
  load(definition: Definition, values: Values): InstanceState {
    const key = values[definition.primaryKey.field];
    const state = this.find(definition, key) ?? new InstanceState(definition);
    state.fill(values);
    state.session = this.#session;
    this.#identityMap.set(identity(definition, key), state);
    return state;
  }

  /** Sends what the database does not know yet: inserts, then updates, then deletes, each in the order of asking. */
  *flush(send: Send): Steps<void> {
    for (const run of runs(this.new)) yield* this.#insert(run, send);
    for (const state of this.dirty) yield* this.#update(state, send);
    for (const run of runs(this.deleted)) yield* this.#delete(run, send);
  }

  /** What this transaction did is done for good. */
  committed(): void {
    for (const state of this.#gone) this.#expunge(state);
    this.#inserted.clear();
  }

  /** What this transaction did was not: what it added leaves the session, what it deleted is back. */
  rolledBack(): void {
    for (const state of this.#new) this.#expunge(state);
    for (const [state, given] of this.#inserted) this.#expunge(state, given);
    for (const state of this.#gone) this.#identityMap.set(identity(state.definition, state.key), state);
    this.#gone.clear();
    this.#deleted.clear();
  }

  /** Has all that is here read anew when it is next used. */
  expireAll(): void {
    for (const state of this.#identityMap.values()) state.expire();
  }

  expire(state: InstanceState): void {
    this.#checkRow(state, "read");
    state.expire();
  }

  /** Lets go of all objects, which keep their values. What the transaction did was not. */
  close(): void {
    this.rolledBack();
    for (const state of this.#identityMap.values()) state.session = undefined;
    this.#identityMap.clear();
  }

  *#insert(run: readonly [InstanceState, ...InstanceState[]], send: Send): Steps<void> {
    const query = insert(run);
    const sent = run.map(({ values }) => structuredClone(values));
    const { rows, rowCount } = yield* send(query, run[0].definition);
    checkCount("insert into", run, rowCount);
    run.forEach((state, i) => {
      const mine = sent[i] ?? {};
      // A column that comes back may be one that only another row of the statement left out.
      const given = Object.fromEntries(Object.entries(rows[i] ?? {}).filter(([field]) => !(field in mine)));
      state.saved(mine);
      state.fill(given);
      this.#new.delete(state);
      this.#inserted.set(state, given);
      this.#identityMap.set(identity(state.definition, state.key), state);
    });
  }

  *#update(state: InstanceState, send: Send): Steps<void> {
    const { definition, key, title } = state;
    const changes = structuredClone(state.changes);
    if (definition.primaryKey.field in changes) {
      throw new InvalidRequestError(
        `update ${title}: its primary key was changed; delete it and add another`,
      );
    }
    const { rowCount } = yield* send(update(definition, key, changes), definition);
    checkCount("update", [state], rowCount);
    state.saved(changes);
  }

  *#delete(run: readonly [InstanceState, ...InstanceState[]], send: Send): Steps<void> {
    const { definition } = run[0];
    const keys = run.map(({ key }) => key);
    const { rowCount } = yield* send(deleteFrom(definition, keys), definition);
    checkCount("delete from", run, rowCount);
    for (const state of run) {
      this.#deleted.delete(state);
      this.#identityMap.delete(identity(state.definition, state.key));
      this.#gone.add(state);
    }
  }

  #checkRow(state: InstanceState, doing: string): void {
    if (state.session === this.#session && state.isPersistent && !this.#gone.has(state)) return;
    throw new InvalidRequestError(
      `${doing} ${state.title}: it has no row in this session; add it and flush first, or get it from the session`,
    );
  }

  #expunge(state: InstanceState, given?: Values): void {
    // Another object may have taken the place of one that is gone.
    if (this.find(state.definition, state.key) === state) {
      this.#identityMap.delete(identity(state.definition, state.key));
    }
    for (const set of [this.#new, this.#deleted, this.#inserted, this.#gone]) set.delete(state);
    state.makeTransient(given);
    state.session = undefined;
  }
}

function identity({ name }: Definition, key: unknown): string {
  return `${name}: ${String(key)}`;
}

/** How many rows one statement takes at most, as SQLAlchemy has it. The protocol's own limit is on values. */
const LONGEST_RUN = 1000;

/** Splits objects where their table changes. */
function runs(states: readonly InstanceState[]): [InstanceState, ...InstanceState[]][] {
  const all: [InstanceState, ...InstanceState[]][] = [];
  for (const state of states) {
    const last = all.at(-1);
    if (last?.[0].definition === state.definition && last.length < LONGEST_RUN) last.push(state);
    else all.push([state]);
  }
  return all;
}

function checkCount(doing: string, states: readonly InstanceState[], rowCount: number): void {
  if (rowCount === states.length) return;
  const titles = states.map(({ title }) => title).join(", ");
  throw new StaleDataError(
    `${doing} the rows of ${titles}: ${rowCount} of ${states.length} were there; they were changed or deleted meanwhile: roll back, and begin again`,
  );
}
