/** Prints the memory that parked threads of awaitlet take, each, in MiB. Argument: how many. */

import process from "node:process";
import { asyncDef, BlockingThreads, blockingModule } from "../../mod.ts";
import { allWait } from "./gate.ts";
import { growth } from "./growth.ts";

const count = Number(process.argv[2]);
const module = blockingModule<typeof import("./waiting.ts")>(new URL("./waiting.ts", import.meta.url));
const threads = new BlockingThreads({ max: count });
const each = await growth(count, async () => {
  for (let i = 0; i < count; i++) void asyncDef.with({ threads })(module.wait);
  await allWait(count);
});
console.log(each);
process.exit(0);
