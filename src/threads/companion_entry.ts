/**
 * What a companion loop thread runs: it drives the promises of a thread whose own event loop stands still. On any other
 * thread this does nothing.
 *
 * @module
 */

import { loadAhead, loadedModule, loadModule } from "../bridge/async_modules.ts";
import { LoopEnd } from "../bridge/loop_end.ts";
import { runtime } from "../runtime/current.ts";
import type { PortHandle } from "../runtime/types.ts";
import { Channel } from "../transport/channel.ts";
import { CrewLoop } from "../transport/crew_loop.ts";
import { tellExitCode } from "../transport/exit_code.ts";
import { LoopLife } from "../transport/loop_life.ts";
import { pause } from "../transport/parking.ts";
import { warnOfSignalHandlers } from "../transport/signal_handlers.ts";
import { childTask } from "./default_pool.ts";
import { endReport } from "./exit_report.ts";

const start = runtime.workerStart("companion");

if (start !== undefined) {
  const life = new LoopLife(start.crew.memory);
  const reports = runtime.adoptPort(start.reports as PortHandle);
  runtime.reportEnd((end) => {
    reports.post({ ended: endReport.write(end) });
    life.die();
  });
  runtime.writeOutputDirectly(pause);
  runtime.readInputDirectly();
  warnOfSignalHandlers();
  const port = runtime.adoptPort(start.ports[0] as PortHandle);
  const channel = new Channel(start.memory, port, "loop");
  const crew = new CrewLoop(0, start.crew.memory);
  const end = new LoopEnd(channel, {
    loadedModule,
    loadModule,
    childTask,
    takenTask: () => undefined,
    publish() {
      tellExitCode();
      crew.dispatcher.publish(0);
    },
    setAwaited() {},
    onFetch() {},
    onLoading() {},
    onLoaded() {},
    onLoadFailed() {},
    onDone() {},
  });
  crew.join({ receive: () => end.receive(), wake: () => channel.wake() });
  const read = () => runtime.fromEventLoop(() => crew.read());
  channel.listen(read);
  port.keepAlive(true);
  life.watch();
  loadAhead();
  // What was sent before this thread listened.
  read();
}
