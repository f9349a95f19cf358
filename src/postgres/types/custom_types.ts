/**
 * Types of the caller's own: how their values are written and read.
 *
 * @module
 */

import { registerClass } from "../../../mod.ts";
import { RowReaders } from "./rows.ts";
import type { ServerType } from "./types.ts";

/** How a type of the server's is written and read, as postgres.js has it. */
export interface CustomType<T = unknown> {
  /** The OID of the type that values are sent as. */
  readonly to: number;
  /** The OIDs of the types that are read so. */
  readonly from: readonly number[];
  /** Writes a value as Postgres reads it. */
  serialize(value: T): string;
  /** Reads what Postgres writes. It runs on the thread that looks at the rows. */
  parse(text: string): T;
}

/** A value that is text as the server reads it, whatever its type; or an array of such. */
export class RawText {
  readonly text: unknown;

  /** @param text The text, or arrays of it. */
  constructor(text: unknown) {
    this.text = text;
  }

  static {
    registerClass(RawText, {
      module: import.meta.url,
      name: "RawText",
      toData: ({ text }) => text,
      fromData: (text) => new RawText(text),
    });
  }
}

/** A query as it is sent. */
export interface BoundQuery {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Of how many statements the types of the parameters are remembered. */
const MOST = 1000;

export class CustomTypes {
  readonly #types: readonly CustomType[];
  /** What reads rows. */
  readonly readers: RowReaders;
  /** What writes values, by OID. */
  readonly #byOid = new Map<number, CustomType>();
  readonly #parameters = new Map<string, readonly ServerType[]>();

  /** @param types The types. */
  constructor(types: readonly CustomType[]) {
    this.#types = types;
    const readable = new Map<number, CustomType>();
    for (const type of types) {
      for (const oid of type.from) readable.set(oid, type);
      for (const oid of [type.to, ...type.from]) this.#byOid.set(oid, type);
    }
    this.readers = new RowReaders(readable);
  }

  static {
    // On another thread its functions are asked over the bridge.
    registerClass(CustomTypes, {
      module: import.meta.url,
      name: "CustomTypes",
      toData: (types) => types.#types,
      fromData: (types) => new CustomTypes(types),
    });
  }

  /** Whether there are none. */
  get areNone(): boolean {
    return this.#types.length === 0;
  }

  /** Whether a query can only be sent when the types of its parameters are known. */
  concern({ values }: BoundQuery): boolean {
    return this.#byOid.size > 0 && values.some((value) => value !== null);
  }

  /** The types of the parameters, where they are remembered. */
  parametersOf({ text }: BoundQuery): readonly ServerType[] | undefined {
    return this.#parameters.get(text);
  }

  /** Writes those values whose types these are. */
  bind({ text, values }: BoundQuery, parameters: readonly ServerType[]): BoundQuery {
    if (this.#parameters.size >= MOST) this.#parameters.clear();
    this.#parameters.set(text, parameters);
    return { text, values: values.map((value, i) => this.#write(value, parameters[i])) };
  }

  #write(value: unknown, type: ServerType | undefined): unknown {
    const custom = type && this.#byOid.get(type.oid);
    if (custom === undefined || value === null) return value;
    const write = (element: unknown): unknown => {
      if (type?.isArray && Array.isArray(element)) return element.map(write);
      return element === null ? null : custom.serialize(element);
    };
    return new RawText(write(value));
  }
}
