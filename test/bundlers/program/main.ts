// The async front of a program that the tests bundle.
import { asyncDef, blockingModule, isBlockingThread, syncModule } from "../../../mod.ts";
import { names } from "./async/users.ts";
import { shout } from "./words.ts";

const logic = blockingModule<typeof import("./logic.ts")>(new URL("./logic.ts", import.meta.url));
const there = syncModule<typeof import("./async/users.ts")>(new URL("./async/users.ts", import.meta.url));

async function main(): Promise<void> {
  // Loaded on a thread, this would begin anew there.
  console.log("begun on a thread:", isBlockingThread());
  console.log(await asyncDef(logic.rename, 1, "bob", async (word) => shout(word)));
  console.log("here:", names.get(1));
  console.log("there:", there.findName(1));
  const price = await asyncDef(logic.price, 150);
  console.log("costs", String(price), price.constructor === (await import("./money.ts")).Money);
}

/** Settles when the program has ended. */
export const ended: Promise<void> = main();
