/**
 * What is known of one object: which of its fields have a value, and what the database has there.
 *
 * An object is transient; pending, once it was added to a session; persistent, once its row was inserted or read;
 * detached, when its session was closed.
 *
 * @module
 */

import { isDeepStrictEqual } from "node:util";
import { DetachedInstanceError, InvalidRequestError } from "./errors.ts";
import type { Definition } from "./table.ts";

/** Values by field. */
export type Values = Record<string, unknown>;

/** What reads the fields that an object lacks: a session. */
export interface Loader {
  load(state: InstanceState, field: string): void;
}

const states = new WeakMap<object, InstanceState>();

export class InstanceState {
  readonly definition: Definition;
  /** The object itself: plain, with a property for each field. */
  readonly object: Values = {};
  /** The session that it belongs to. */
  session: Loader | undefined;
  /** What the database has, so far as it is known; `undefined` while it has no row. */
  #committed: Values | undefined;

  constructor(definition: Definition) {
    this.definition = definition;
    states.set(this.object, this);
    for (const { field } of definition.columns) this.#withhold(field);
  }

  /** The state of an object. It throws when no table has made it. */
  static of(object: object): InstanceState {
    const state = states.get(object);
    if (state !== undefined) return state;
    throw new InvalidRequestError(
      "use an object in a session: no table has made it, and a copy is another object; make it as A({ … }) does, or get it from the session",
    );
  }

  /** Whether it has a row. */
  get isPersistent(): boolean {
    return this.#committed !== undefined;
  }

  /** The primary key of its row. */
  get key(): unknown {
    return this.#committed?.[this.definition.primaryKey.field];
  }

  /** Whether all its fields have a value. */
  get isLoaded(): boolean {
    return this.definition.columns.every(({ field }) => this.#has(field));
  }

  /** What to call it in messages. */
  get title(): string {
    return `${this.definition.name}(${this.isPersistent ? String(this.key) : "new"})`;
  }

  /** Sets fields, as its user does. */
  assign(values: Values): void {
    for (const [field, value] of Object.entries(values)) {
      Object.defineProperty(this.object, field, {
        value,
        writable: true,
        enumerable: true,
        configurable: true,
      });
    }
  }

  /** Sets fields to what the database has. */
  load(values: Values): void {
    this.assign(values);
    this.saved(values);
  }

  /** Does so for those alone that have no value. */
  fill(values: Values): void {
    this.load(Object.fromEntries(Object.entries(values).filter(([field]) => !this.#has(field))));
  }

  /** Notes what the database has now. The copy tells what is changed in place, such as a date. */
  saved(values: Values): void {
    this.#committed = { ...this.#committed, ...structuredClone(values) };
  }

  /** The fields that have a value. */
  get values(): Values {
    const fields = Object.entries(Object.getOwnPropertyDescriptors(this.object));
    return Object.fromEntries(
      fields.filter(([, descriptor]) => "value" in descriptor).map(([field, { value }]) => [field, value]),
    );
  }

  /** Those of them that the database does not have. */
  get changes(): Values {
    const committed = this.#committed ?? {};
    return Object.fromEntries(
      Object.entries(this.values).filter(
        ([field, value]) => !(field in committed && isDeepStrictEqual(value, committed[field])),
      ),
    );
  }

  /** Forgets all but the key: what is read next is read from the database. */
  expire(): void {
    const { columns, primaryKey } = this.definition;
    this.load({ [primaryKey.field]: this.key });
    this.#committed = { [primaryKey.field]: this.key };
    for (const column of columns) if (column !== primaryKey) this.#withhold(column.field);
  }

  /** Takes back that it has a row, and with it the values that the database had given it. */
  makeTransient(given: Values = {}): void {
    this.#committed = undefined;
    for (const [field, value] of Object.entries(given)) {
      if (isDeepStrictEqual(this.values[field], value)) this.#withhold(field);
    }
  }

  #has(field: string): boolean {
    return "value" in (Object.getOwnPropertyDescriptor(this.object, field) ?? {});
  }

  /** Gives a field no value until one is set, or is read from the database when it is asked for. */
  #withhold(field: string): void {
    Object.defineProperty(this.object, field, {
      get: () => {
        this.#require(field).load(this, field);
        return this.object[field];
      },
      set: (value) => this.assign({ [field]: value }),
      // While there is nothing to read, it does not show in what is printed or copied.
      enumerable: this.isPersistent,
      configurable: true,
    });
  }

  #require(field: string): Loader {
    const doing = `read ${this.definition.name}.${field}`;
    if (!this.isPersistent) {
      throw new InvalidRequestError(
        `${doing}: the database gives it a value when the object is inserted; add it to a session and flush that first`,
      );
    }
    if (this.session === undefined) {
      throw new DetachedInstanceError(
        `${doing}: it expired when its transaction ended, and its session is closed; read it before, or make sessions with { expireOnCommit: false }`,
      );
    }
    return this.session;
  }
}
