/** As transactions.ts, with `using`, which not every runtime reads. */

import { asyncModule, awaitlet, hold } from "../../../mod.ts";

const { sql } = asyncModule<typeof import("./db.ts")>(new URL("./db.ts", import.meta.url));

export function reserve(): { same: boolean; stillHeld: boolean } {
  let kept: { n: PromiseLike<unknown> } | undefined;
  const same = (() => {
    using reserved = hold(sql.reserve());
    try {
      const ask = () => awaitlet(reserved<{ pid: number }[]>`select pg_backend_pid() as pid`)[0]?.pid;
      kept = { n: reserved`select 1` };
      return ask() === ask();
    } finally {
      awaitlet(reserved.release());
    }
  })();
  try {
    awaitlet(kept);
    return { same, stillHeld: true };
  } catch {
    return { same, stillHeld: false };
  }
}
