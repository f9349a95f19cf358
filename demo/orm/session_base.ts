/**
 * What both kinds of session do: the one of blocking code, and the one of the event loop.
 *
 * @module
 */

import { type Query, ScalarResult } from "../../src/postgres/mod.ts";
import { InvalidRequestError, ObjectDeletedError } from "./errors.ts";
import { InstanceState, type Loader, type Values } from "./instance.ts";
import { eq } from "./operators.ts";
import { objects, type Select } from "./select.ts";
import { type AnyEngine, SessionTransaction } from "./session_transaction.ts";
import type { Steps } from "./steps.ts";
import { type Definition, definition, type Table } from "./table.ts";
import { type Sent, UnitOfWork } from "./unit_of_work.ts";
import { checked } from "./validation.ts";

/** What a method gives: a value in blocking code, a promise of it on the loop. */
export interface Outcome<T> {
  value: T;
  promise: Promise<T>;
}

/** How sessions are made. */
export interface SessionOptions {
  /** Whether objects are read anew when they are next used after a commit. Default `true`. */
  readonly expireOnCommit?: boolean;
}

/**
 * Objects, and the transaction that they are read and written in: it begins when the session first needs the database, and
 * ends with `commit()`, `rollback()` or `close()`; the next use begins another.
 */
export abstract class SessionBase<K extends keyof Outcome<unknown>> implements Loader {
  readonly #transaction: SessionTransaction;
  readonly #expireOnCommit: boolean;
  readonly #work: UnitOfWork = new UnitOfWork(this);

  constructor(engine: AnyEngine, { expireOnCommit = true }: SessionOptions = {}) {
    this.#transaction = new SessionTransaction(engine);
    this.#expireOnCommit = expireOnCommit;
  }

  /** Adds an object. It is inserted by the next flush. */
  add(object: object): void {
    this.#work.add(InstanceState.of(object));
  }

  /** Adds objects. */
  addAll(objects: Iterable<object>): void {
    for (const object of objects) this.add(object);
  }

  /** Has the row of an object deleted by the next flush. */
  delete(object: object): void {
    this.#work.delete(InstanceState.of(object));
  }

  /** The objects that the next flush inserts. */
  get new(): object[] {
    return this.#work.new.map(({ object }) => object);
  }

  /** The objects that the next flush updates. */
  get dirty(): object[] {
    return this.#work.dirty.map(({ object }) => object);
  }

  /** The objects that the next flush deletes. */
  get deleted(): object[] {
    return this.#work.deleted.map(({ object }) => object);
  }

  /** The object with a primary key: the one that is here, or one that is read; `undefined` if there is no such row. */
  get<R, F extends keyof R>(table: Table<R, F>, key: R[F]): Outcome<R | undefined>[K] {
    return this.#use(this.#get(table, key));
  }

  /** Reads rows, each a list of what was selected: `[id, data]` of `select(A.id, A.data)`, `[a]` of `select(A)`. */
  execute<T extends readonly unknown[]>(select: Select<T>): Outcome<ScalarResult<T>>[K] {
    return this.#use(this.#execute(select));
  }

  /** Reads the first of what was selected: the values of `select(A.data)`, the objects of `select(A)`. */
  scalars<V>(select: Select<readonly [V, ...unknown[]]>): Outcome<ScalarResult<V>>[K] {
    return this.#use(this.#scalars(select));
  }

  /** Reads an object anew. What was changed and not flushed is lost. */
  refresh(object: object): Outcome<void>[K] {
    return this.#use(this.#refresh(object));
  }

  /** Sends what was added, changed and deleted. Each query does so before. */
  flush(): Outcome<void>[K] {
    return this.#use(this.#flush());
  }

  /** Flushes and commits. When that fails, it rolls back. */
  commit(): Outcome<void>[K] {
    return this.#use(this.#commit());
  }

  /** Rolls back. What the transaction added leaves the session, what it deleted is back, and all else is read anew. */
  rollback(): Outcome<void>[K] {
    return this.#use(this.#rollback());
  }

  /** Runs `fn` in a transaction: it commits when `fn` returns, and rolls back when it throws. */
  begin<T>(fn: () => T | Outcome<T>[K]): Outcome<T>[K] {
    return this.#use(this.#begin(fn));
  }

  /** Rolls back what was not committed, and lets go of all objects. The session can be used again. */
  close(): Outcome<void>[K] {
    return this.run(this.#close());
  }

  /** Reads what an object lacks, when that is asked for. */
  abstract load(state: InstanceState, field: string): void;

  /** Runs the steps, each when the one before it is done. */
  protected abstract run<T>(steps: Steps<T>): Outcome<T>[K];

  /** Reads what an object lacks. */
  protected *reload(state: InstanceState): Steps<void> {
    const { definition, key, title } = state;
    const rows = yield* this.#read(objects(definition).where(eq(definition.primaryKey, key)));
    if (rows.length > 0) return;
    throw new ObjectDeletedError(`read ${title}: its row is not there any more; it was deleted meanwhile`);
  }

  #use<T>(steps: Steps<T>): Outcome<T>[K] {
    return this.run(this.#unlessBusy(steps));
  }

  *#unlessBusy<T>(steps: Steps<T>): Steps<T> {
    this.#transaction.checkIdle();
    return yield* steps;
  }

  *#get<R>({ [definition]: own }: Table<R>, key: unknown): Steps<R | undefined> {
    const here = this.#work.find(own, key);
    if (here?.isLoaded) return here.object as R;
    yield* this.#flush();
    const [row] = yield* this.#read(objects(own).where(eq(own.primaryKey, key)));
    return row?.[0] as R | undefined;
  }

  *#execute<T extends readonly unknown[]>(select: Select<T>): Steps<ScalarResult<T>> {
    yield* this.#flush();
    return new ScalarResult(yield* this.#read(select));
  }

  *#scalars<V>(select: Select<readonly [V, ...unknown[]]>): Steps<ScalarResult<V>> {
    const rows = yield* this.#execute(select);
    return new ScalarResult(rows.all().map(([value]) => value));
  }

  *#refresh(object: object): Steps<void> {
    const state = InstanceState.of(object);
    this.#work.expire(state);
    yield* this.#flush();
    yield* this.reload(state);
  }

  *#read<T extends readonly unknown[]>(select: Select<T>): Steps<T[]> {
    const { rows } = yield* this.#send(select.query, select.table);
    const load = (table: Definition, values: Values) => this.#work.load(table, values).object;
    return rows.map((values) => select.row(values, load));
  }

  *#flush(): Steps<void> {
    yield* this.#work.flush((query, table) => this.#send(query, table));
  }

  *#send(query: Query, table: Definition): Steps<Sent> {
    const result = yield* this.#transaction.execute(query);
    const rows = result.all().map((row) => checked(table, row, "read"));
    return { rows, rowCount: result.rowCount };
  }

  *#commit(): Steps<void> {
    try {
      yield* this.#flush();
      yield* this.#transaction.commit();
    } catch (error) {
      yield* this.#rollback();
      throw error;
    }
    this.#work.committed();
    if (this.#expireOnCommit) this.#work.expireAll();
    yield* this.#transaction.close();
  }

  *#rollback(): Steps<void> {
    this.#work.rolledBack();
    this.#work.expireAll();
    yield* this.#transaction.close();
  }

  *#begin<T>(fn: () => unknown): Steps<T> {
    if (this.#transaction.isOpen) {
      throw new InvalidRequestError(
        "begin a transaction: the session is in one already, since it was last used; commit that or roll it back first",
      );
    }
    try {
      yield* this.#transaction.begin();
      const value = (yield fn) as T;
      yield* this.#commit();
      return value;
    } catch (error) {
      yield* this.#rollback();
      throw error;
    }
  }

  *#close(): Steps<void> {
    this.#work.close();
    yield* this.#transaction.close();
  }
}
