// Prints how many of awaitlet's functions one call of blocking code takes, on both threads. Its arguments: of what (`awaitlets`, `points`), the
// database, and the table.
import process from "node:process";
import { built } from "./built.mjs";

const { asyncDef, blockingModule } = await built("mod.ts");
const counted = blockingModule(new URL("../blocking/counted.mjs", import.meta.url));
const [, , kind, url, table] = process.argv;
console.log(await asyncDef(counted[kind], url, table));
process.exit(0);
