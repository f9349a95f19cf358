import process from "node:process";
import { blockingModule } from "../../../mod.ts";

const secrets = blockingModule<typeof import("./secrets.ts")>(new URL("./secrets.ts", import.meta.url));

for (const text of await secrets.textsOfObjects(process.argv[2] ?? "")) console.log(text);
// What nobody catches is printed as well, with all that belongs to it.
process.on("unhandledRejection", (error) => {
  console.error(error);
});
void secrets.fail(process.argv[2] ?? "");
