/**
 * What the server refuses, by SQLSTATE.
 *
 * @module
 */

import { registerError } from "../../../mod.ts";

/** What the server says of an error. What it leaves out is not there. */
export interface DatabaseErrorFields {
  /** The SQLSTATE: five characters, of which the first two are the class. */
  readonly code: string;
  /** `ERROR`, `FATAL` or `PANIC`. */
  readonly severity: string;
  /** More about the error, where the server says more. */
  readonly detail?: string;
  /** What the server advises. */
  readonly hint?: string;
  /** Where in the statement it found the error, counted in characters from 1. */
  readonly position?: number;
  /** Which functions of the server's were running. */
  readonly where?: string;
  /** The schema of what the error is about. */
  readonly schema?: string;
  /** The table of what the error is about. */
  readonly table?: string;
  /** The column of what the error is about. */
  readonly column?: string;
  /** The type of what the error is about. */
  readonly dataType?: string;
  /** The constraint that was violated. */
  readonly constraint?: string;
}

/** The server refused a statement. */
export class DatabaseError extends Error implements DatabaseErrorFields {
  /** The class's name, the same on all threads. */
  override readonly name: string = "DatabaseError";
  declare readonly code: string;
  declare readonly severity: string;
  /** More about the error, where the server says more. */
  declare readonly detail?: string;
  /** What the server advises. */
  declare readonly hint?: string;
  declare readonly position?: number;
  declare readonly where?: string;
  /** The schema of what the error is about. */
  declare readonly schema?: string;
  /** The table of what the error is about. */
  declare readonly table?: string;
  /** The column of what the error is about. */
  declare readonly column?: string;
  /** The type of what the error is about. */
  declare readonly dataType?: string;
  /** The constraint that was violated. */
  declare readonly constraint?: string;
  /** Of `executeMany()`: for which of its rows the statement was, counted from 0. */
  declare readonly row?: number;

  /**
   * Makes the error; programs seldom do.
   *
   * @param message What was refused.
   * @param fields What else the server says of it.
   */
  constructor(message: string, fields: DatabaseErrorFields) {
    super(message);
    // Not by assignment: to Bun an error has a column, where it stands in the source, which is not enumerable.
    for (const [key, value] of Object.entries(fields)) {
      Object.defineProperty(this, key, { value, enumerable: true, writable: true, configurable: true });
    }
  }
}

/** The statement is wrong: its syntax, or what it names is not there or may not be used. SQLSTATE class 42. */
export class ProgrammingError extends DatabaseError {
  /** The class's name, the same on all threads. */
  override readonly name: string = "ProgrammingError";
}

/** A value is wrong: out of range, malformed, divided by zero. SQLSTATE class 22. */
export class DataError extends DatabaseError {
  /** The class's name, the same on all threads. */
  override readonly name: string = "DataError";
}

/** A constraint is violated. SQLSTATE class 23. */
export class IntegrityError extends DatabaseError {
  /** The class's name, the same on all threads. */
  override readonly name: string = "IntegrityError";
}

/** There is such a row already. */
export class UniqueViolation extends IntegrityError {
  /** The class's name, the same on all threads. */
  override readonly name: string = "UniqueViolation";
}

/** The row that is referred to is not there, or is still referred to. */
export class ForeignKeyViolation extends IntegrityError {
  /** The class's name, the same on all threads. */
  override readonly name: string = "ForeignKeyViolation";
}

/** A column must have a value. */
export class NotNullViolation extends IntegrityError {
  /** The class's name, the same on all threads. */
  override readonly name: string = "NotNullViolation";
}

/** A check constraint is not met. */
export class CheckViolation extends IntegrityError {
  /** The class's name, the same on all threads. */
  override readonly name: string = "CheckViolation";
}

/** An exclusion constraint is not met. */
export class ExclusionViolation extends IntegrityError {
  /** The class's name, the same on all threads. */
  override readonly name: string = "ExclusionViolation";
}

/** The server rolled the transaction back because of others; running it again may succeed. SQLSTATE class 40. */
export class TransactionRollback extends DatabaseError {
  /** The class's name, the same on all threads. */
  override readonly name: string = "TransactionRollback";
}

/** The transaction could not run as if it were alone. */
export class SerializationFailure extends TransactionRollback {
  /** The class's name, the same on all threads. */
  override readonly name: string = "SerializationFailure";
}

/** The transaction and another waited for each other. */
export class DeadlockDetected extends TransactionRollback {
  /** The class's name, the same on all threads. */
  override readonly name: string = "DeadlockDetected";
}

/** The statement was cancelled: it took longer than it may, or its task was aborted. */
export class QueryCanceled extends DatabaseError {
  /** The class's name, the same on all threads. */
  override readonly name: string = "QueryCanceled";
}

/** A lock could not be had at once, or in time. */
export class LockNotAvailable extends DatabaseError {
  /** The class's name, the same on all threads. */
  override readonly name: string = "LockNotAvailable";
}

type DatabaseErrorClass = new (message: string, fields: DatabaseErrorFields) => DatabaseError;

/** By SQLSTATE, or by the class of it. */
const CLASSES: Readonly<Record<string, DatabaseErrorClass>> = {
  "22": DataError,
  "23": IntegrityError,
  "23502": NotNullViolation,
  "23503": ForeignKeyViolation,
  "23505": UniqueViolation,
  "23514": CheckViolation,
  "23P01": ExclusionViolation,
  "40": TransactionRollback,
  "40001": SerializationFailure,
  "40P01": DeadlockDetected,
  "42": ProgrammingError,
  "55P03": LockNotAvailable,
  "57014": QueryCanceled,
};
for (const Class of new Set([DatabaseError, ...Object.values(CLASSES)])) {
  // The name of the class itself may be a minifier's.
  registerError(Class, new Class("", { code: "", severity: "" }).name);
}

/** The fields of the server's message, as the driver names them and as they are named here. */
const FIELDS: readonly [theirs: string, ours: keyof DatabaseErrorFields][] = [
  ["code", "code"],
  ["severity", "severity"],
  ["detail", "detail"],
  ["hint", "hint"],
  ["where", "where"],
  ["schema_name", "schema"],
  ["table_name", "table"],
  ["column_name", "column"],
  ["data type_name", "dataType"],
  ["constraint_name", "constraint"],
];

/**
 * Makes an error of what the server says.
 *
 * @param said The fields of its message, as the driver names them.
 * @param text The statement, to show where in it the error is.
 */
export function databaseError(said: Readonly<Record<string, unknown>>, text: string): DatabaseError {
  const fields: Record<string, unknown> = {};
  for (const [theirs, ours] of FIELDS) if (said[theirs] !== undefined) fields[ours] = said[theirs];
  let message = String(said.message);
  if (said.position !== undefined) {
    const position = Number(said.position);
    fields.position = position;
    message += excerpt(text, position);
  }
  const code = String(said.code);
  const Class = CLASSES[code] ?? CLASSES[code.slice(0, 2)] ?? DatabaseError;
  // By a table of names, which the compiler cannot follow; a server always gives a severity and a code.
  return new Class(message, fields as unknown as DatabaseErrorFields);
}

/** How much of a line is shown before and after the place. */
const AROUND = 40;

/** The line in which the error is, with a mark below the place, as psql shows it. */
function excerpt(text: string, position: number): string {
  const before = [...text].slice(0, position - 1).join("");
  const lines = before.split("\n");
  const start = lines.at(-1) ?? "";
  const rest = text.slice(before.length).split("\n", 1)[0] ?? "";
  const shown = start.length > AROUND ? `…${start.slice(-AROUND)}` : start;
  const head = `line ${lines.length}: `;
  const end = rest.length > AROUND ? `${rest.slice(0, AROUND)}…` : rest;
  return `\n${head}${shown}${end}\n${" ".repeat(head.length + shown.length)}^`;
}
