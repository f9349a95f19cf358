/**
 * What a companion loop thread runs: it drives the promises of a thread whose own event loop stands still. On any other
 * thread this does nothing.
 *
 * @module
 */

import { loadedModule, loadModule } from "../bridge/async_modules.ts";
import { Channel } from "../bridge/channel.ts";
import { LoopEnd } from "../bridge/loop_end.ts";
import { pause } from "../bridge/signal.ts";
import { runtime } from "../runtime/current.ts";
import type { PortHandle } from "../runtime/types.ts";
import { childTask } from "./pool.ts";

const start = runtime.workerStart("companion");

if (start !== undefined) {
  runtime.writeOutputDirectly(pause);
  const port = runtime.adoptPort(start.ports[0] as PortHandle);
  const end = new LoopEnd(new Channel(start.memory, port, "loop"), {
    loadedModule,
    loadModule,
    childTask,
    serveFrom: (serve) => runtime.fromEventLoop(serve),
    onLoaded() {},
    onLoadFailed() {},
    onDone() {},
  });
  port.keepAlive(true);
  // What was sent before this thread listened.
  runtime.fromEventLoop(() => end.serve());
}
