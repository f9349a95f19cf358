/**
 * What a guardian thread runs: it starts the companion and tells when that has died, whatever it died of. The thread that
 * the companion works for is parked then, and no event reaches it.
 *
 * @module
 */

import { Signal } from "../bridge/signal.ts";
import { runtime } from "../runtime/current.ts";
import type { PortHandle } from "../runtime/types.ts";
import { endReport } from "./end_report.ts";
import { entryUrl } from "./entry_url.ts";

const start = runtime.workerStart();
if (start === undefined) throw new TypeError("load the entry of a guardian: only awaitlet itself does that");

const { memory, ports } = start;
const report = runtime.adoptPort(ports[1] as PortHandle);
const companion = runtime.startWorker({
  entry: entryUrl("companion_entry"),
  memory,
  ports: [ports[0] as PortHandle],
  memoryLimit: undefined,
  onEnd(end) {
    report.post(endReport.write(end));
    new Signal(memory).die();
  },
});
companion.keepAlive(true);
