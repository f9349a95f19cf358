// The async front: its engine is handed to blocking code as an argument.
import process from "node:process";
import { blockingModule } from "../../mod.ts";
import { createAsyncEngine, sql } from "../../src/postgres/mod.ts";

const shop = blockingModule<typeof import("./shop.ts")>(new URL("./shop.ts", import.meta.url));
const url = process.env.DATABASE_URL ?? "";

await using asyncEngine = createAsyncEngine(url, { poolSize: 5 });
const { engine } = asyncEngine;
const print = (value: unknown) => console.log(JSON.stringify(value));

await shop.createTables(engine);
await asyncEngine.begin(async (conn) => {
  await conn.execute(sql`insert into item values (${1}, ${"tea"}, ${"4.50"})`);
  print(await conn.runSync(shop.addAll, ["tea", "milk"]));
});
print(await shop.add(engine, 2, "coffee", "12"));
print(await shop.search(engine, { name: "e", below: 10 }, "name"));
print(await shop.dearest(engine));
print(await Promise.all([1, 1, 1].map((item) => shop.sell(engine, item))).then((sold) => Math.max(...sold)));
print(
  await shop.addMany(engine, [
    { id: 3, name: "sugar" },
    { id: 4, name: "salt" },
  ]),
);
print(await shop.load(engine, 500));
print(await shop.raisePrices(engine));
print(await shop.exportedNames(engine));
print((await shop.exportedBytes(engine)) > 5_000);
print(await shop.waitForOrder(engine, () => shop.placeOrder(url, "two teas")));
print(await shop.report(engine));
print(await shop.migrate(engine));
