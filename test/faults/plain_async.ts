/** The async side of plain programs in the fault matrix. It lives on the companion, and may end that. */

import process from "node:process";

export type CompanionAct = "throws" | "overflows" | "exits" | "errs" | "exits later" | "stays";

function never(): Promise<never> {
  return new Promise(() => {});
}

export async function works(): Promise<string> {
  return "works";
}

export async function perform(act: CompanionAct): Promise<void> {
  if (act === "throws") throw new Error("its own");
  if (act === "exits") process.exit(7);
  if (act === "exits later") {
    setTimeout(() => process.exit(7), 10);
    return;
  }
  if (act === "overflows") {
    const deeper = (n: number): number => deeper(n + 1) + 1;
    deeper(0);
  }
  if (act === "errs") {
    setTimeout(() => {
      throw new Error("nothing catches it");
    });
  }
  await never();
}

export async function call(fn: () => void): Promise<void> {
  await fn();
}

export async function* numbers(act: CompanionAct): AsyncGenerator<number, void, undefined> {
  yield 1;
  await perform(act);
}
