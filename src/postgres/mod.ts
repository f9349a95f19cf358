/**
 * A blocking Postgres over the async driver postgres.js.
 *
 * Plain blocking code opens connections, runs queries and transactions with it; the driver itself works on the event
 * loop, with one pool of connections for all threads.
 *
 * @module
 */

export type { AsyncAdvisoryLock } from "./async/advisory_lock.ts";
export type { AsyncConnection } from "./async/connection.ts";
export type { AsyncCopyOutput } from "./async/copy.ts";
export { type AsyncEngine, createAsyncEngine } from "./async/engine.ts";
export type { AsyncNotifications } from "./async/notifications.ts";
export type { AsyncTransaction } from "./async/transaction.ts";
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
} from "./base/database_errors.ts";
export type { EchoLogger } from "./base/echo.ts";
export { ConnectionError, PoolTimeout } from "./base/errors.ts";
export type { EngineCloseOptions, EngineOptions, TlsOptions } from "./base/options.ts";
export type { AdvisoryLock } from "./blocking/advisory_lock.ts";
export type { Connection } from "./blocking/connection.ts";
export type { CopyOutput } from "./blocking/copy.ts";
export { createEngine, type Engine } from "./blocking/engine.ts";
export type { Notifications } from "./blocking/notifications.ts";
export type { Transaction } from "./blocking/transaction.ts";
export type { CopyKind, CopyOptions } from "./copy_format/copy_options.ts";
export type { CopyRow } from "./copy_format/copy_reader.ts";
export type { AsyncCopySource, CopySource } from "./copy_format/copy_source.ts";
export type { CopyItem } from "./copy_format/copy_writer.ts";
export { pgliteSocket } from "./protocol/pglite_socket.ts";
export type { ListenOptions, Notification } from "./query/listen_options.ts";
export type { LockKey, LockOptions } from "./query/lock_name.ts";
export { MultipleResultsFound, NoResultFound } from "./query/one_row.ts";
export { Result } from "./query/result.ts";
export { ScalarResult } from "./query/scalar_result.ts";
export { Query, type Sql, sql } from "./query/sql.ts";
export {
  RowMismatch,
  type SchemaIssue,
  type SchemaResult,
  type StandardSchema,
} from "./query/standard_schema.ts";
export type { StreamOptions } from "./query/stream_options.ts";
export type { TransactionOptions } from "./query/transaction_options.ts";
export type { CustomType } from "./types/custom_types.ts";
export type { Row } from "./types/rows.ts";
