// Leaves connections in their pools, of blocking code and of the loop: nothing keeps the process alive.

import process from "node:process";
import { asyncDef, blockingModule } from "../../../mod.ts";
import { createAsyncEngine, sql } from "../../../src/postgres/mod.ts";

const logic = blockingModule<typeof import("./logic.ts")>(new URL("./logic.ts", import.meta.url));
const url = process.argv[2] ?? "";

const engine = createAsyncEngine(url);
console.log(await asyncDef(logic.withEngine, engine.engine, "blocking"));
console.log(await asyncDef(logic.withEngine, engine.engine, "again"));
const other = createAsyncEngine(url, { poolSize: 2 });
console.log(await other.begin(async (conn) => (await conn.execute(sql`select 'loop'`)).scalar()));
await createAsyncEngine(url, { poolSize: 3 }).dispose();
const disposed = createAsyncEngine(url, { poolSize: 4 });
await disposed.begin((conn) => conn.execute(sql`select 1`));
await disposed.dispose();
console.log("disposed");
