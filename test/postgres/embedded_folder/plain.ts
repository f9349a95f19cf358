// A plain program: the database is on the thread that drives its promises.

import process from "node:process";
import { syncDef } from "../../../mod.ts";
import { createEngine, sql } from "../../../src/postgres/mod.ts";

function add(url: string): unknown {
  const engine = createEngine(url);
  engine.execute(sql`create table if not exists note (id integer generated always as identity, word text)`);
  engine.execute(sql`insert into note (word) values ('plain')`);
  return engine.execute(sql`select word from note order by id`).scalars().all();
}

console.log(JSON.stringify(syncDef(add, process.argv[2] as string)));
