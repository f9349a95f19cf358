/**
 * What a worker runs first: it becomes a blocking thread. On any other thread this does nothing.
 *
 * @module
 */

import { BlockingEnd } from "../bridge/blocking_end.ts";
import { setBlockingEnd } from "../bridge/current_end.ts";
import { TaskRunner } from "../bridge/task_runner.ts";
import { ThreadWork } from "../bridge/thread_work.ts";
import { runtime } from "../runtime/current.ts";
import { importModule } from "../runtime/import_module.ts";
import type { CrewPlace, PortHandle } from "../runtime/types.ts";
import { crewCells, hasQueue } from "../transport/cells.ts";
import { Channel } from "../transport/channel.ts";
import { CrewMember } from "../transport/crew_member.ts";
import { Parking, pause } from "../transport/parking.ts";
import { warnOfSignalHandlers } from "../transport/signal_handlers.ts";
import { TaskQueue } from "../transport/task_queue.ts";

const start = runtime.workerStart("blocking");

if (start !== undefined) {
  runtime.writeOutputDirectly(pause);
  warnOfSignalHandlers();
  const port = runtime.adoptPort(start.ports[0] as PortHandle);
  const { memory, index } = start.crew as CrewPlace;
  const channel = new Channel(start.memory, port, "blocking");
  const member = new CrewMember(crewCells(memory), index, () => channel.wake());
  const end = new BlockingEnd(channel, member, new Parking(member, channel));
  const runner = new TaskRunner(end, importModule, (run) => work.resume(run));
  const queue = hasQueue(memory) ? new TaskQueue(memory) : undefined;
  const work = new ThreadWork(end, runner, channel, member, index, queue);
  end.runner = runner;
  setBlockingEnd(end);
  runtime.onDoomed((isDoomed) => {
    work.isDoomed = isDoomed;
  });
  const serve = () => runtime.fromEventLoop(() => work.serve());
  channel.listen(serve);
  // An idle thread waits for its next task; the thread that started it decides how long.
  port.keepAlive(true);
  channel.hasStarted = true;
  // What was sent before this thread listened.
  serve();
}
