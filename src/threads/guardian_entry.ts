/**
 * What a guardian thread runs: it tells when the companion has died, whatever it died of. The thread that the companion
 * works for is parked then, and no event reaches it. On any other thread this does nothing.
 *
 * @module
 */

import { runtime } from "../runtime/current.ts";
import type { PortHandle } from "../runtime/types.ts";
import { LoopLife } from "../transport/loop_life.ts";

const start = runtime.workerStart("guardian");

if (start !== undefined) {
  const life = new LoopLife(start.crew.memory);
  // The companion has the other end, and it ends with its thread.
  runtime.adoptPort(start.ports[0] as PortHandle).onClose(() => life.die());
}
