/** Checked by the compiler alone, as a part of `npm run check`: this module is never run. */

import { type AsyncConnection, type Connection, type Result, type Row, sql } from "../../src/postgres/mod.ts";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only where `A` is exactly the type of `value`. */
function is<A>() {
  return <B>(_value: B, ..._same: Equal<A, B> extends true ? [] : ["the types differ", B]): void => {};
}

export function scripts(conn: Connection, onLoop: AsyncConnection): void {
  is<Result<Row>[]>()(conn.script("select 1; select 2"));
  is<Result<Row>[]>()(conn.script(sql`select 1; select 2`));
  is<Promise<Result<Row>[]>>()(onLoop.script("select 1; select 2"));
  is<number | undefined>()(conn.script("select 1")[0]?.scalar<number>());
  // @ts-expect-error it takes no parameters
  conn.script("select $1", [1]);
  // @ts-expect-error it takes one text
  conn.script(["select 1", "select 2"]);
}
