/** The same steps for `await` and for `awaitlet()`. */

import type { Steps } from "../../support/steps.ts";

type Pg = typeof import("pg");

export const steps = {
  *results(pg: Pg, url: string): Steps {
    const pool = yield new pg.Pool({ connectionString: url, max: 1 });
    const result = yield pool.query("select $1::int as n, $2::text as word, null as nothing", [1, "a"]);
    yield pool.end();
    return [result.rows, result.rowCount, result.command, result.fields[0].name, result.constructor.name];
  },
  *types(pg: Pg, url: string): Steps {
    const pool = yield new pg.Pool({ connectionString: url, max: 1 });
    const bytes = Buffer.from([0, 1, 255]);
    const { rows } = yield pool.query(
      "select $1::bytea as bytes, $2::timestamptz as at, $3::jsonb as doc, $4::int[] as list, 9007199254740993::int8 as big",
      [bytes, new Date(5), { a: [1] }, [1, 2]],
    );
    yield pool.end();
    const [row] = rows;
    return [
      Buffer.isBuffer(row.bytes),
      row.bytes.toString("hex"),
      row.at instanceof Date,
      Number(row.at),
      row.doc,
      row.list,
      row.big,
    ];
  },
  *transaction(pg: Pg, url: string): Steps {
    const pool = yield new pg.Pool({ connectionString: url, max: 1 });
    const client = yield pool.connect();
    yield client.query("begin");
    yield client.query("create temp table t (id int primary key) on commit drop");
    yield client.query("insert into t values ($1)", [1]);
    let failure: unknown;
    try {
      yield client.query("insert into t values ($1)", [1]);
    } catch (error) {
      const { code, constraint, message } = error as { code: string; constraint: string; message: string };
      failure = [error instanceof Error, code, constraint, message];
    }
    yield client.query("rollback");
    client.release();
    yield pool.end();
    return [failure, pool.totalCount];
  },
};
