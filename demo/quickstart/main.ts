// main.ts: the async front, a server's handler, say.
import { asyncDef, blockingModule } from "../../mod.ts";

const logic = blockingModule<typeof import("./logic.ts")>(new URL("./logic.ts", import.meta.url));

console.log(await asyncDef(logic.rename, 1, "bob"));
