/**
 * The third-party packages. Only `src/postgres` uses them.
 *
 * @module
 */

export { default as postgres } from "postgres";
