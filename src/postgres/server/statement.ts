/**
 * A statement that the server has parsed and described.
 *
 * @module
 */

import { writeColumns } from "../values/columns.ts";
import { Written } from "../values/custom_types.ts";
import { BINARY_TYPES, type ServerType } from "../values/types.ts";
import { writeValue } from "../values/write_value.ts";
import type { Catalog } from "./catalog.ts";
import type { Answer } from "./exchange.ts";
import { Messages } from "./messages.ts";

/** The most parameters that the protocol has room for. */
const MOST_PARAMETERS = 65_535;

const TEXT: ServerType = { oid: 25, isArray: false };
const TEXTS: ServerType = { oid: 25, isArray: true };

export class Statement {
  readonly name: string;
  readonly parameters: readonly ServerType[];
  /** Its columns, as `writeColumns()` writes them. */
  readonly columns: string;
  /** The forms that it is asked to send them in, as the protocol has them. */
  readonly #resultFormats: Uint8Array;

  /**
   * @param name What the server knows it by.
   * @param answer What the server says of it.
   * @param catalog The types.
   * @param textTypes The types that the caller reads as text.
   */
  constructor(name: string, answer: Answer, catalog: Catalog, textTypes: readonly number[]) {
    this.name = name;
    this.parameters = answer.parameters.map((oid) => catalog.type(oid));
    const columns = answer.columns.map(({ name: column, type: oid }) => ({
      name: column,
      type: catalog.type(oid),
      isBinary: BINARY_TYPES.has(oid) && !textTypes.includes(oid),
    }));
    this.columns = writeColumns(columns);
    this.#resultFormats = formats(columns.map(({ isBinary }) => isBinary));
  }

  /**
   * What has the server run it.
   *
   * @param values Its parameters.
   * @throws {TypeError} When a value cannot be sent as the type of its parameter.
   */
  execute(values: readonly unknown[]): Messages {
    return this.bind("", values).executeAndSync();
  }

  /**
   * What has the server make a portal of it.
   *
   * @param portal The portal's name.
   * @param values Its parameters.
   * @param messages What to add it to. Default nothing.
   * @throws {TypeError} When a value cannot be sent as the type of its parameter.
   */
  bind(portal: string, values: readonly unknown[], messages: Messages = new Messages()): Messages {
    const texts = values.map((value, i) => {
      if (value === null) return null;
      if (!(value instanceof Written)) return writeValue(value, i + 1, this.parameters[i] ?? TEXT);
      return writeValue(value.text, i + 1, Array.isArray(value.text) ? TEXTS : TEXT);
    });
    return messages.bind(portal, this.name, texts, this.#resultFormats);
  }
}

function formats(areBinary: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array(2 + areBinary.length * 2);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, areBinary.length);
  areBinary.forEach((isBinary, i) => {
    view.setUint16(2 + i * 2, isBinary ? 1 : 0);
  });
  return bytes;
}

/** @throws {RangeError} When the protocol has no room for as many parameters. */
export function checkParameters({ length }: readonly unknown[]): void {
  if (length <= MOST_PARAMETERS) return;
  throw new RangeError(
    `run a query: it has ${length} parameters, and Postgres takes at most ${MOST_PARAMETERS}; send an array and unnest it, or use executeMany() or copyFrom()`,
  );
}
