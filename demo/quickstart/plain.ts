// plain.ts: the same blocking code in a program that is not async at all.
import { syncDef } from "../../mod.ts";
import { rename } from "./logic.ts";

console.log(syncDef(rename, 1, "bob"));
