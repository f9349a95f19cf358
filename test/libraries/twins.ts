import { connect } from "node:net";
import { suite, type Test } from "uvu";
import * as assert from "uvu/assert";
import { type Steps, withAwait } from "../support/steps.ts";
import { within } from "../support/within.ts";

/** Steps by their name; each takes what its test file gives it. */
export type AllSteps<T extends unknown[]> = Readonly<Record<string, (...args: T) => Steps>>;

/** The same steps by blocking code: as tasks, and in a plain program. */
export interface Blocking {
  asyncDef(name: string): Promise<unknown>;
  syncDef(name: string): unknown;
}

/** A suite that takes each of the steps thrice: with `await`, with `asyncDef()` and with `syncDef()`. */
export function twins<T extends unknown[]>(
  library: string,
  steps: AllSteps<T>,
  args: T,
  blocking: Blocking,
  isThere = true,
): Test {
  const test = suite(`${library}: as with await`);
  for (const name of Object.keys(steps)) {
    const add = isThere ? test : test.skip;
    add(name, async () => {
      const right = await within(withAwait((steps[name] as (...args: T) => Steps)(...args)));
      assert.equal(await within(blocking.asyncDef(name)), right, "asyncDef");
      assert.equal(blocking.syncDef(name), right, "syncDef");
    });
  }
  return test;
}

/** Whether a server listens at a URL. It says so where none does: its tests are skipped, and CI skips none. */
export async function answers(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  const there = await new Promise<boolean>((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.setTimeout(3000);
    socket
      .once("connect", () => resolve(true))
      .once("error", () => resolve(false))
      .once("timeout", () => resolve(false));
    socket.once("connect", () => socket.destroy()).once("timeout", () => socket.destroy());
  });
  if (!there) console.log(`No server at ${hostname}:${port}: its tests are skipped`);
  return there;
}
