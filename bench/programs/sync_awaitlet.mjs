// A whole program that makes synchronous calls; prints nothing. Its argument: how many.
import process from "node:process";
import { built } from "./built.mjs";

const { syncModule } = await built("mod.ts");
const values = syncModule(new URL("../served/values.mjs", import.meta.url));
for (let i = 0; i < Number(process.argv[2]); i++) values.row();
