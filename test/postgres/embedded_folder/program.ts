// Opens an embedded database; with "kill" it ends like a program that crashes, with a transaction open.

import process from "node:process";
import { createAsyncEngine, sql } from "../../../src/postgres/mod.ts";

const [, , url = "", how] = process.argv;
const engine = createAsyncEngine(url);
try {
  await engine.execute(
    sql`create table if not exists note (id integer generated always as identity, word text)`,
  );
  await engine.execute(sql`insert into note (word) values (${how ?? "left"})`);
  if (how === "kill") {
    const conn = await engine.connect();
    await conn.execute(sql`begin`);
    await conn.execute(sql`insert into note (word) values ('never')`);
    process.kill(process.pid, "SIGKILL");
  }
  console.log(JSON.stringify((await engine.execute(sql`select word from note order by id`)).scalars().all()));
} catch (error) {
  console.log(String(error));
}
