// one_file.ts: a whole program, its async front, its blocking code and its async back.
import { asyncDef, asyncModule, awaitlet, blockingModule, isBlockingThread } from "../mod.ts";

type App = typeof import("./one_file.ts");
const app = blockingModule<App>(import.meta.url);
const back = asyncModule<App>(import.meta.url);

/** Async: it runs on the event loop's thread. */
export async function findName(id: number): Promise<string> {
  return id === 1 ? "ann" : "nobody";
}

/** Blocking: it runs on a blocking thread, which loads this file too. */
export function greet(id: number): string {
  return `hello, ${awaitlet(back.findName(id))}`;
}

async function main(): Promise<void> {
  console.log(await asyncDef(app.greet, 1));
}

if (!isBlockingThread()) void main();
