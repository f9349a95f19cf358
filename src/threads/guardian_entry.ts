/**
 * What a guardian thread runs: it starts the companion and tells when that has died, whatever it died of. The thread that
 * the companion works for is parked then, and no event reaches it. On any other thread this does nothing.
 *
 * @module
 */

import { Signal } from "../bridge/signal.ts";
import { runtime } from "../runtime/current.ts";
import type { PortHandle } from "../runtime/types.ts";
import { endReport } from "./end_report.ts";
import { entryUrl } from "./entry_url.ts";

const start = runtime.workerStart("guardian");

if (start !== undefined) {
  const { memory, ports } = start;
  const signal = new Signal(memory);
  const report = runtime.adoptPort(ports[1] as PortHandle);
  const companion = runtime.startWorker({
    role: "companion",
    entry: entryUrl("companion_entry"),
    memory,
    ports: [ports[0] as PortHandle],
    memoryLimit: undefined,
    onEnd(end) {
      report.post(endReport.write(end));
      signal.die();
    },
  });
  companion.keepAlive(true);
  signal.watch();
}
