import postgres from "postgres";
import { runAsWorker } from "synckit";

let sql;

runAsWorker(async (url, table, id) => {
  sql ??= postgres(url, { max: 1 });
  const [row] = await sql`select * from ${sql(table)} where id = ${id}`;
  return row;
});
