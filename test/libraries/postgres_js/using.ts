/** As transactions.ts, with `using`, which not every runtime reads. */

import { asyncModule, awaitlet, hold } from "../../../mod.ts";

const { sql } = asyncModule<typeof import("./db.ts")>(new URL("./db.ts", import.meta.url));

export function reserve(): { backends: number; afterwards: string } {
  const pids: (number | undefined)[] = [];
  let late: unknown;
  {
    using reserved = hold(sql.reserve());
    try {
      for (let i = 0; i < 3; i++) {
        const [row] = awaitlet(reserved<{ pid: number }[]>`select pg_backend_pid() as pid`);
        pids.push(row?.pid);
      }
      late = reserved`select 1`;
    } finally {
      awaitlet(reserved.release());
    }
  }
  try {
    awaitlet(late);
    return { backends: new Set(pids).size, afterwards: "it was still held" };
  } catch (error) {
    return { backends: new Set(pids).size, afterwards: (error as Error).name };
  }
}
