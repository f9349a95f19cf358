/** What the tasks of a fan-out await. */

import { setTimeout } from "node:timers/promises";

let napping = 0;
let most = 0;

/** Takes 10 ms. */
export async function nap(): Promise<void> {
  napping++;
  most = Math.max(most, napping);
  await setTimeout(10);
  napping--;
}

/** How many napped at the same time, at most. */
export function mostAtOnce(): number {
  return most;
}
