/**
 * A statement that the server has parsed and described.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { numberColumns, type ResultColumns } from "../query/packed_result.ts";
import { writeColumns } from "../types/columns.ts";
import { RawText } from "../types/custom_types.ts";
import { BINARY_TYPES, type ServerType } from "../types/types.ts";
import { writeValue } from "../types/write_value.ts";
import type { Catalog } from "./catalog.ts";
import { dependsOnJson, isExact, shortForm } from "./exact_values.ts";
import type { Answer } from "./exchange.ts";
import { EXECUTE_AND_SYNC, MessageWriter } from "./message_writer.ts";
import { changeOf, type SchemaChange } from "./schema_changes.ts";

/** The most parameters that the protocol has room for. */
const MOST_PARAMETERS = 65_535;

const TEXT: ServerType = { oid: 25, isArray: false };
const TEXTS: ServerType = { oid: 25, isArray: true };

/** What asks for all columns as text. */
const ALL_AS_TEXT = new Uint8Array(2);

/** What is known of a statement when the server has described it. */
export interface Description {
  /** What the server knows it by. Empty where the server keeps no statement: then its text goes along each time. */
  readonly name: string;
  readonly text: string;
  /** What the server says of it. */
  readonly answer: Pick<Answer, "parameters" | "columns">;
  readonly catalog: Catalog;
  /** The types that the caller reads as text. */
  readonly textTypes: readonly number[];
  /** The version of the schema that it was described in. */
  readonly version: number;
}

export class Statement {
  readonly name: string;
  readonly text: string;
  readonly parameters: readonly ServerType[];
  readonly columns: ResultColumns;
  /** Whether it returns rows. */
  readonly hasRows: boolean;
  /** The version of the schema that it was described in. */
  readonly version: number;
  /** What running it may change. */
  readonly change: SchemaChange;
  readonly #answer: Description["answer"];
  readonly #catalog: Catalog;
  /** The forms that it is asked to send its columns in, as the protocol has them. */
  readonly #resultFormats: Uint8Array;
  /** Which values of each parameter can be written in the short way: see `shortForm()`. */
  readonly #shortForms: readonly number[];
  readonly #head: Uint8Array;
  readonly #tail: Uint8Array;

  constructor({ name, text, answer, catalog, textTypes, version }: Description) {
    this.name = name;
    this.text = text;
    this.version = version;
    this.change = changeOf(text);
    this.#answer = answer;
    this.#catalog = catalog;
    this.parameters = answer.parameters.map((oid) => catalog.type(oid));
    const columns = answer.columns.map(({ name: column, type: oid }) => ({
      name: column,
      type: catalog.type(oid),
      isBinary: BINARY_TYPES.has(oid) && !textTypes.includes(oid),
    }));
    this.columns = numberColumns(writeColumns(columns));
    this.hasRows = columns.length > 0;
    this.#resultFormats = formats(columns.map(({ isBinary }) => isBinary));
    this.#shortForms = name === "" || this.change !== "nothing" ? [] : this.parameters.map(shortForm);
    // No name for the portal, and all parameters as text.
    this.#head = Buffer.from(`\0${name}\0\0\0`, "latin1");
    this.#tail = Buffer.concat([this.#resultFormats, EXECUTE_AND_SYNC]);
  }

  /**
   * Has the server run it, where that can be written in the short way: it is kept there, and its values are exact.
   *
   * @param values Its parameters.
   * @param messages What to add it to.
   * @returns Whether it was.
   */
  executeShort(values: readonly unknown[], messages: MessageWriter): boolean {
    if (this.name === "" || this.change !== "nothing" || values.length !== this.#shortForms.length)
      return false;
    return messages.executeShort(this.#head, values, this.#shortForms, this.#tail);
  }

  /** Its columns where they come as text. */
  get textColumns(): ResultColumns {
    const { columns } = this.#answer;
    return numberColumns(
      writeColumns(
        columns.map(({ name, type }) => ({ name, type: this.#catalog.type(type), isBinary: false })),
      ),
    );
  }

  /** Whether the server describes it as before. */
  isSame({ parameters, columns }: Description["answer"]): boolean {
    const before = this.#answer;
    return (
      parameters.length === before.parameters.length &&
      parameters.every((oid, i) => oid === before.parameters[i]) &&
      this.hasColumns(columns)
    );
  }

  /** Whether these are its columns. */
  hasColumns(columns: Answer["columns"]): boolean {
    const before = this.#answer.columns;
    return (
      columns.length === before.length &&
      columns.every(({ name, type }, i) => name === before[i]?.name && type === before[i]?.type)
    );
  }

  /** Whether the server may read these values as the types that it had inferred, even where the schema has changed since. */
  isExact(values: readonly unknown[]): boolean {
    for (let i = 0; i < values.length; i++) {
      if (!isExact(values[i], this.parameters[i] ?? TEXT)) return false;
    }
    return true;
  }

  /** Whether its types must be asked for anew before these values can be written. */
  mustBeDescribed(values: readonly unknown[]): boolean {
    for (let i = 0; i < values.length; i++) {
      if (dependsOnJson(values[i], this.parameters[i] ?? TEXT)) return true;
    }
    return false;
  }

  /**
   * What has the server run it, as it is kept there.
   *
   * @param values Its parameters.
   * @throws {TypeError} When a value cannot be sent as the type of its parameter.
   */
  execute(values: readonly unknown[]): MessageWriter {
    return this.bind("", values).executeAndSync();
  }

  /**
   * What has the server parse it, describe it and run it. Its columns come as text.
   *
   * @param values Its parameters.
   * @throws {TypeError} When a value cannot be sent as the type of its parameter.
   */
  parseAndExecute(values: readonly unknown[]): MessageWriter {
    const messages = this.parse(values, new MessageWriter()).describe("");
    return messages.bind("", "", this.#write(values), ALL_AS_TEXT).executeAndSync();
  }

  /** Has the server parse it, without a name. It infers anew the types of those values that they matter to. */
  parse(values: readonly unknown[], messages: MessageWriter): MessageWriter {
    return messages.parse("", this.text, this.typesOf(values));
  }

  /** The OIDs of the types that these values are sent as; 0 where the server is to infer it anew. */
  typesOf(values: readonly unknown[]): readonly number[] {
    return this.#answer.parameters.map((oid, i) =>
      i < values.length && isExact(values[i], this.parameters[i] ?? TEXT) ? oid : 0,
    );
  }

  /**
   * What has the server make a portal of it.
   *
   * @param portal The portal's name.
   * @param values Its parameters.
   * @param messages What to add it to. Default nothing.
   * @param name What the server knows it by. Default its name.
   * @throws {TypeError} When a value cannot be sent as the type of its parameter.
   */
  bind(
    portal: string,
    values: readonly unknown[],
    messages: MessageWriter = new MessageWriter(),
    name: string = this.name,
  ): MessageWriter {
    return messages.bind(portal, name, this.#write(values), this.#resultFormats);
  }

  #write(values: readonly unknown[]): (string | Uint8Array | null)[] {
    return values.map((value, i) => {
      if (value === null) return null;
      if (!(value instanceof RawText)) return writeValue(value, i + 1, this.parameters[i] ?? TEXT);
      return writeValue(value.text, i + 1, Array.isArray(value.text) ? TEXTS : TEXT);
    });
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
