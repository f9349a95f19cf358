/**
 * A blocking Postgres over the async driver postgres.js.
 *
 * Plain blocking code opens connections, runs queries and transactions with it; the driver itself works on the event
 * loop, with one pool of connections for all threads.
 *
 * @module
 */

export type { AdvisoryLock, AsyncAdvisoryLock } from "./advisory_lock.ts";
export type { AsyncConnection } from "./async_connection.ts";
export { type AsyncEngine, createAsyncEngine } from "./async_engine.ts";
export type { AsyncTransaction } from "./async_transaction.ts";
export type { Connection } from "./connection.ts";
export type { AsyncCopySource, CopySource } from "./copy/copy_from.ts";
export type { CopyRow } from "./copy/copy_reader.ts";
export type { AsyncCopyOutput, CopyOutput } from "./copy/copy_to.ts";
export type { CopyItem } from "./copy/copy_writer.ts";
export {
  CheckViolation,
  DatabaseError,
  type DatabaseErrorFields,
  DataError,
  DeadlockDetected,
  ExclusionViolation,
  ForeignKeyViolation,
  IntegrityError,
  LockNotAvailable,
  NotNullViolation,
  ProgrammingError,
  QueryCanceled,
  SerializationFailure,
  TransactionRollback,
  UniqueViolation,
} from "./database_errors.ts";
export type { EchoLogger } from "./echo.ts";
export { createEngine, type Engine } from "./engine.ts";
export { ConnectionError, PoolTimeout } from "./errors.ts";
export type { ListenOptions, Notification } from "./listening.ts";
export type { LockKey, LockOptions } from "./lock_name.ts";
export type { AsyncNotifications, Notifications } from "./notifications.ts";
export { MultipleResultsFound, NoResultFound } from "./one_row.ts";
export type { CustomType, EngineOptions, TlsOptions } from "./options.ts";
export { Result } from "./result.ts";
export { ScalarResult } from "./scalar_result.ts";
export { Query, type Sql, sql } from "./sql.ts";
export {
  RowMismatch,
  type SchemaIssue,
  type SchemaResult,
  type StandardSchema,
} from "./standard_schema.ts";
export type { StreamOptions } from "./stream.ts";
export type { Transaction } from "./transaction.ts";
export type { TransactionOptions } from "./transaction_options.ts";
export type { Row } from "./values/rows.ts";
