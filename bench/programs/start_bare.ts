/** Prints what a bare worker takes that imports the same module and answers, in milliseconds. */

import { answerOf, bareWorker } from "../bare/worker.ts";

const from = performance.now();
const worker = bareWorker(new URL("./greeting_worker.ts", import.meta.url), "ann");
await answerOf(worker);
console.log(performance.now() - from);
await worker.terminate();
