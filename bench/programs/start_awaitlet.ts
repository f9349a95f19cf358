/** Prints what the first task of a process takes, in milliseconds. */

import { asyncDef, blockingModule } from "../../mod.ts";

const from = performance.now();
const module = blockingModule<typeof import("./ten_lines.ts")>(new URL("./ten_lines.ts", import.meta.url));
await asyncDef(module.greet, "ann");
console.log(performance.now() - from);
