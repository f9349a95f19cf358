/**
 * A blocking Postgres over the async driver postgres.js.
 *
 * @module
 */

export { type AsyncConnection, type AsyncEngine, createAsyncEngine } from "./async_engine.ts";
export { type Connection, createEngine, type Engine } from "./engine.ts";
export { ConnectionError } from "./errors.ts";
export type { EngineOptions } from "./options.ts";
export { Result, type Row, ScalarResult } from "./result.ts";
export { identifier, join, Query, sql, text } from "./sql.ts";
