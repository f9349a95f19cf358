// Counts which functions of awaitlet's own a thread calls. From Node 22 on: Node 20 counts some of them many times, and the inspectors of the
// other runtimes do not count.

import { Session } from "node:inspector";
import process from "node:process";

const OWN = new URL("../../dist/", import.meta.url).href;

/** Counts from now on. Call what it returns for the number of calls. */
export function countCalls() {
  if (!(Number.parseInt(process.versions.node, 10) >= 22))
    throw new Error("this runtime does not count calls");
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
  return () => {
    let found = [];
    session.post("Profiler.takePreciseCoverage", (_error, { result }) => {
      found = result.filter(({ url }) => url.startsWith(OWN));
    });
    session.disconnect();
    if (found.length === 0) throw new Error("this runtime does not count calls");
    return found
      .flatMap(({ functions }) => functions.map(({ ranges }) => ranges[0].count))
      .reduce((sum, count) => sum + count, 0);
  };
}

let stop;

/** Counts on the event loop's thread. */
export const start = async () => {
  stop = countCalls();
};

/** What has been called since. */
export const taken = async () => stop();
