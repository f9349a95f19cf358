// A whole program that makes synchronous calls through a peer; prints nothing. Its arguments: the peer, and how many.
import process from "node:process";
import { fileURLToPath } from "node:url";

const [, , peer, count] = process.argv;
let call;
if (peer === "synckit") {
  const { createSyncFn } = await import("synckit");
  const worker = createSyncFn(fileURLToPath(new URL("../peers/synckit_worker.mjs", import.meta.url)));
  call = () => worker("row");
} else {
  const { makeModuleSynchronized } = await import("make-synchronized");
  const module = await makeModuleSynchronized(new URL("../served/values.mjs", import.meta.url));
  call = () => module.row();
}
for (let i = 0; i < Number(count); i++) call();
process.exit(0);
