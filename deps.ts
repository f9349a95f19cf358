/**
 * The third-party packages. Only `src/postgres` and `demo` use them.
 *
 * @module
 */

export { default as postgres } from "postgres";
export { z } from "zod";
