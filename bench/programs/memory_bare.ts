/** Prints the memory that bare parked workers take, each, in MiB. Argument: how many. */

import process from "node:process";
import { answerOf, bareWorker } from "../bare/worker.ts";
import { growth } from "./growth.ts";

const count = Number(process.argv[2]);
const each = await growth(count, async () => {
  const workers = Array.from({ length: count }, () =>
    bareWorker(new URL("./parked_worker.ts", import.meta.url)),
  );
  await Promise.all(workers.map(answerOf));
});
console.log(each);
process.exit(0);
