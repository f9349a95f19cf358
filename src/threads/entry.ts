/**
 * What a worker runs first: it becomes a blocking thread. On any other thread this does nothing.
 *
 * @module
 */

import { BlockingEnd } from "../bridge/blocking_end.ts";
import { Channel } from "../bridge/channel.ts";
import { setBlockingEnd } from "../bridge/here.ts";
import { pause } from "../bridge/signal.ts";
import { TaskRunner } from "../bridge/task_runner.ts";
import { runtime } from "../runtime/current.ts";
import type { PortHandle } from "../runtime/types.ts";

const start = runtime.workerStart("blocking");

if (start !== undefined) {
  runtime.writeOutputDirectly(pause);
  const port = runtime.adoptPort(start.ports[0] as PortHandle);
  const channel = new Channel(start.memory, port, "blocking");
  const end = new BlockingEnd(channel);
  end.runner = new TaskRunner(end, (url) => import(url));
  setBlockingEnd(end);
  channel.listen(() => runtime.fromEventLoop(() => end.serve()));
  // An idle thread waits for its next task; the thread that started it decides how long.
  port.keepAlive(true);
  // What was sent before this thread listened.
  runtime.fromEventLoop(() => end.serve());
}
