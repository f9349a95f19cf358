// A program that has nothing else to do than to wait for statements which are run a second time, or described behind the answer.

import process from "node:process";
import { createAsyncEngine, sql } from "../../../src/postgres/mod.ts";

const engine = createAsyncEngine(process.argv[2] ?? "");
const conn = await engine.connect();
const read = (text: string) => conn.execute(sql`select ${text}::text as a`).then((result) => result.scalar());
console.log(await read("first"));
// The server refuses it before it runs, so it is described anew.
console.log(await read("\0").catch((error: Error) => error.name));
console.log(await read("last"));
// Its types are inferred anew each time.
console.log(await conn.execute(sql`select ${new Date(0)} as a`).then((result) => result.rowCount));
await conn.close();
await engine.dispose();
console.log("done");
