/** The same steps for `await` and for `awaitlet()`. */

import type { Steps } from "../../support/steps.ts";
import { failure } from "../failure.ts";

type Mysql = typeof import("mysql2/promise");

export const steps = {
  *query(mysql: Mysql, url: string): Steps {
    const connection = yield mysql.createConnection(url);
    const [rows, fields] = yield connection.query("select ? as n, ? as word, null as nothing", [1, "a"]);
    yield connection.end();
    return [rows, fields.map((field: { name: string }) => field.name), rows[0].constructor.name];
  },
  *types(mysql: Mysql, url: string): Steps {
    const connection = yield mysql.createConnection({ uri: url, timezone: "Z", supportBigNumbers: true });
    const [[row]] = yield connection.execute(
      "select cast(? as binary) as bytes, cast(? as datetime) as at, 9007199254740993 as big, 1.50 as dec_, json_array(1, 2) as doc",
      [Buffer.from([0, 1, 255]), new Date(5000)],
    );
    yield connection.end();
    return [
      Buffer.isBuffer(row.bytes),
      row.bytes.toString("hex"),
      row.at instanceof Date,
      Number(row.at),
      row.big,
      row.dec_,
      row.doc,
    ];
  },
  *prepared(mysql: Mysql, url: string): Steps {
    const connection = yield mysql.createConnection(url);
    const statement = yield connection.prepare("select ? + ? as sum");
    const [one] = yield statement.execute([1, 2]);
    const [two] = yield statement.execute([3, 4]);
    yield statement.close();
    connection.unprepare("select ? + ? as sum");
    yield connection.end();
    return [one, two];
  },
  *transaction(mysql: Mysql, url: string): Steps {
    const connection = yield mysql.createConnection(url);
    yield connection.query(
      "create temporary table t (id int primary key auto_increment, name varchar(20) unique)",
    );
    yield connection.beginTransaction();
    const [inserted] = yield connection.execute("insert into t (name) values (?)", ["ann"]);
    let told: unknown;
    try {
      yield connection.execute("insert into t (name) values (?)", ["ann"]);
    } catch (error) {
      told = failure(error);
    }
    yield connection.rollback();
    const [left] = yield connection.query("select count(*) as n from t");
    yield connection.beginTransaction();
    yield connection.query("insert into t (name) values ?", [[["bob"], ["cid"]]]);
    yield connection.commit();
    const [kept] = yield connection.query({ sql: "select name from t order by name", rowsAsArray: true });
    yield connection.end();
    return [{ ...inserted }, told, left, kept];
  },
  *pool(mysql: Mysql, url: string): Steps {
    const pool = yield mysql.createPool({ uri: url, connectionLimit: 3, namedPlaceholders: true });
    const [[a], [b]] = yield [pool.query("select 1 as n"), pool.execute("select :n as n", { n: 2 })];
    const connection = yield pool.getConnection();
    const [rows] = yield connection.query("select 3 as n");
    connection.release();
    const escaped = yield pool.format("select ?, ??", ["it's", "a.b"]);
    yield pool.end();
    return [a, b, rows, escaped];
  },
  *errors(mysql: Mysql, url: string): Steps {
    const told: unknown[] = [];
    const connection = yield mysql.createConnection(url);
    for (const sql of ["select * from no_such_table", "selec 1", "select 1 from dual where no_such = 1"]) {
      try {
        yield connection.query(sql);
      } catch (error) {
        told.push(failure(error));
      }
    }
    try {
      yield connection.execute("select ?", [undefined as never]);
    } catch (error) {
      told.push(failure(error));
    }
    yield connection.end();
    try {
      yield connection.query("select 1");
    } catch (error) {
      told.push(failure(error));
    }
    try {
      yield mysql.createConnection({ uri: "mysql://root@127.0.0.1:1/test" });
    } catch (error) {
      told.push(failure(error));
    }
    return told;
  },
};
