/** The same steps for `await` and for `awaitlet()`. */

import type { Job, Queue, QueueEvents, Worker } from "bullmq";
import type { Does, Steps } from "../../support/steps.ts";
import { failure } from "../failure.ts";

type BullMq = typeof import("bullmq");
type Process = (job: Job) => unknown;

// biome-ignore lint/suspicious/noExplicitAny: what a yield gives is whatever was awaited
type Part<T> = Generator<unknown, T, any>;

interface Made {
  readonly queue: Queue;
  readonly events: QueueEvents;
  readonly worker: Worker;
}

let last = 0;

function* setUp({ Queue, QueueEvents, Worker }: BullMq, url: string, process?: Process): Part<Made> {
  const name = `awaitlet-test-${++last}-${Math.random().toString(36).slice(2)}`;
  const connection = { url };
  const queue = (yield new Queue(name, { connection })) as Queue;
  const events = (yield new QueueEvents(name, { connection })) as QueueEvents;
  yield events.waitUntilReady();
  const worker = (yield new Worker(name, process as never, {
    connection,
    autorun: process !== undefined,
  })) as Worker;
  yield worker.waitUntilReady();
  return { queue, events, worker };
}

function* tearDown({ queue, events, worker }: Made): Part<void> {
  yield worker.close();
  yield events.close();
  yield queue.obliterate({ force: true });
  yield queue.close();
}

export const steps = {
  *processes(bullmq: BullMq, url: string): Steps {
    const made = yield* setUp(bullmq, url, (job) => ({ double: job.data.n * 2, name: job.name }));
    const { queue, events } = made;
    const job = (yield queue.add("double", { n: 21 })) as Job;
    const result = yield job.waitUntilFinished(events);
    const found = (yield queue.getJob(job.id as string)) as Job;
    const given = [
      result,
      job.name,
      job.data,
      found.returnvalue,
      found.constructor.name,
      yield found.getState(),
    ];
    yield* tearDown(made);
    return given;
  },
  *bulk(bullmq: BullMq, url: string): Steps {
    const made = yield* setUp(bullmq, url, (job) => job.data.n);
    const { queue, events } = made;
    const jobs = (yield queue.addBulk([1, 2, 3].map((n) => ({ name: "n", data: { n } })))) as Job[];
    const results: unknown[] = [];
    for (const job of jobs) results.push(yield job.waitUntilFinished(events));
    const { completed, waiting } = (yield queue.getJobCounts("completed", "waiting")) as Record<
      string,
      number
    >;
    const done = ((yield queue.getJobs(["completed"])) as Job[]).map(({ data }) => data.n).sort();
    yield* tearDown(made);
    return [results, completed, waiting, done];
  },
  *failures(bullmq: BullMq, url: string): Steps {
    const made = yield* setUp(bullmq, url, (job) => {
      throw new RangeError(`not ${job.data.word}`);
    });
    const { queue, events } = made;
    const job = (yield queue.add("fails", { word: "this" }, { attempts: 2 })) as Job;
    let failed: unknown;
    try {
      yield job.waitUntilFinished(events);
    } catch (error) {
      failed = failure(error);
    }
    const found = (yield queue.getJob(job.id as string)) as Job;
    const given = [failed, found.failedReason, found.attemptsMade, yield found.isFailed()];
    yield* tearDown(made);
    return given;
  },
  *awaits(bullmq: BullMq, url: string, does: Does): Steps {
    const process = does(function* (job: Job): Steps {
      if (job.attemptsMade === 0) throw new Error("not at first");
      yield job.updateProgress(50);
      yield job.updateData({ n: job.data.n + 1 });
      return [job.data.n, job.attemptsMade];
    });
    const made = yield* setUp(bullmq, url, process);
    const { queue, events } = made;
    const told: unknown[] = [];
    events.on("completed", ({ returnvalue }) => told.push(["completed", returnvalue]));
    events.on("progress", ({ data }) => told.push(["progress", data]));
    const job = (yield queue.add("again", { n: 1 }, { attempts: 3 })) as Job;
    const result = yield job.waitUntilFinished(events);
    const found = (yield queue.getJob(job.id as string)) as Job;
    const given = [result, found.progress, found.data, found.attemptsMade, [...told].sort()];
    yield* tearDown(made);
    return given;
  },
  *paused(bullmq: BullMq, url: string): Steps {
    const made = yield* setUp(bullmq, url);
    const { queue } = made;
    yield queue.pause();
    const isPaused = yield queue.isPaused();
    yield queue.add("a", { at: [1] }, { priority: 2, delay: 60_000, jobId: "own" });
    yield queue.add("b", {});
    const own = (yield queue.getJob("own")) as Job;
    const seen = [
      isPaused,
      own.opts.priority,
      own.delay,
      own.data,
      yield own.getState(),
      yield queue.count(),
    ];
    yield own.updateData({ at: [2] });
    yield own.changeDelay(10);
    const again = (yield queue.getJob("own")) as Job;
    yield again.remove();
    const missing = yield queue.getJob("own");
    yield queue.resume();
    yield* tearDown(made);
    return [...seen, again.data, again.delay, missing];
  },
  *progress(bullmq: BullMq, url: string): Steps {
    const made = yield* setUp(bullmq, url);
    const { queue, worker } = made;
    yield queue.add("by hand", { n: 1 });
    const job = (yield worker.getNextJob("token")) as Job;
    yield job.updateProgress({ part: 50 });
    yield job.log("half of it");
    const { logs } = (yield queue.getJobLogs(job.id as string)) as { logs: string[] };
    yield job.moveToCompleted("done", "token", false);
    const found = (yield queue.getJob(job.id as string)) as Job;
    const given = [found.progress, logs, found.returnvalue, yield found.isCompleted()];
    yield* tearDown(made);
    return given;
  },
  *flow(bullmq: BullMq, url: string): Steps {
    const made = yield* setUp(bullmq, url, (job) => job.data.n ?? "parent");
    const { queue, events } = made;
    const producer = yield new bullmq.FlowProducer({ connection: { url } });
    const queueName = queue.name;
    const tree = yield producer.add({
      name: "parent",
      queueName,
      data: {},
      children: [1, 2].map((n) => ({ name: "child", queueName, data: { n } })),
    });
    const result = yield tree.job.waitUntilFinished(events);
    const values = Object.values((yield tree.job.getChildrenValues()) as Record<string, number>).sort();
    yield producer.close();
    yield* tearDown(made);
    return [result, values, tree.children.length];
  },
  *errors(bullmq: BullMq, url: string): Steps {
    let refused: unknown;
    try {
      yield new bullmq.Queue("with:colon", { connection: { url } });
    } catch (error) {
      refused = failure(error);
    }
    const made = yield* setUp(bullmq, url);
    const { queue } = made;
    const job = (yield queue.add("a", {})) as Job;
    const failures: unknown[] = [];
    for (const attempt of [() => job.moveToCompleted("x", "no token", false), () => job.retry()]) {
      try {
        yield attempt();
      } catch (error) {
        failures.push([(error as Error).name, (error as Error).message.replace(/\d+/g, "N")]);
      }
    }
    yield* tearDown(made);
    return [refused, failures];
  },
};
