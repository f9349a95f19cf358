/** The same steps for `await` and for `awaitlet()`. */

import type { FlowProducer, Job, JobNode, Queue, QueueEvents, Worker, WorkerOptions } from "bullmq";
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

function* setUp(
  { Queue, QueueEvents, Worker }: BullMq,
  url: string,
  process?: Process,
  options: Partial<WorkerOptions> = {},
): Part<Made> {
  const name = `awaitlet-test-${++last}-${Math.random().toString(36).slice(2)}`;
  const connection = { url };
  const queue = (yield new Queue(name, { connection })) as Queue;
  const events = (yield new QueueEvents(name, { connection })) as QueueEvents;
  yield events.waitUntilReady();
  const worker = (yield new Worker(name, process as never, {
    connection,
    autorun: process !== undefined,
    ...options,
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

/** Waits for what listeners are told. */
function* until({ delay }: BullMq, isSo: () => boolean): Part<void> {
  for (let i = 0; !isSo() && i < 600; i++) yield delay(5);
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
  *workerEvents(bullmq: BullMq, url: string, does: Does): Steps {
    const process = does(function* (job: Job, token: string): Steps {
      yield job.updateProgress({ at: job.name });
      if (job.name === "bad") throw new RangeError("bad job");
      return [typeof token, job.data];
    });
    const made = yield* setUp(bullmq, url, process);
    const { queue, worker } = made;
    const told: unknown[] = [];
    worker.on("active", (job, before) => told.push(["active", job.name, before]));
    worker.on("progress", (job, progress) => told.push(["progress", job.name, progress]));
    worker.on("completed", (job, result) => {
      told.push([
        "completed",
        job.name,
        job.returnvalue,
        result,
        job.constructor.name,
        job.finishedOn !== undefined,
      ]);
    });
    worker.on("failed", (job, error) => {
      told.push(["failed", job?.name, job?.failedReason, job?.attemptsMade, error instanceof RangeError]);
    });
    worker.once("closed", () => told.push("closed"));
    queue.on("waiting", (job) => told.push(["waiting", job.name]));
    yield queue.add("good", { n: 1 });
    yield* until(bullmq, () => told.length >= 4);
    yield queue.add("bad", {});
    yield* until(bullmq, () => told.length >= 8);
    const first = told.splice(0).sort();
    yield* tearDown(made);
    return [first, told];
  },
  *queueEvents(bullmq: BullMq, url: string): Steps {
    const made = yield* setUp(bullmq, url, (job) => {
      if (job.name === "bad") throw new Error("bad job");
      return job.data;
    });
    const { queue, events } = made;
    const told: unknown[] = [];
    const isOver = (jobId: string, event: string) =>
      told.some((each) => String(each) === `${event},${jobId}`);
    for (const event of ["added", "active", "completed", "failed", "removed"] as const) {
      events.on(event, ({ jobId }: { jobId: string }) => told.push([event, jobId]));
    }
    events.on("failed", ({ failedReason }, id) => told.push([failedReason, typeof id]));
    yield queue.add("good", {}, { jobId: "good" });
    yield* until(bullmq, () => isOver("good", "completed"));
    yield queue.add("bad", {}, { jobId: "bad" });
    yield* until(bullmq, () => isOver("bad", "failed") && told.length >= 7);
    yield queue.remove("good");
    yield* until(bullmq, () => isOver("good", "removed"));
    yield* tearDown(made);
    return told;
  },
  *retries(bullmq: BullMq, url: string): Steps {
    const asked: unknown[] = [];
    const tried: unknown[] = [];
    const process = (job: Job) => {
      tried.push([job.name, job.attemptsMade, job.attemptsStarted]);
      if (job.attemptsMade < 2) throw new Error(`attempt ${job.attemptsMade}`);
      return "at last";
    };
    const made = yield* setUp(bullmq, url, process, {
      settings: {
        backoffStrategy: (attempts: number, type?: string, error?: Error, job?: { name: string }) => {
          asked.push([attempts, type, error?.message, job?.name]);
          return attempts * 5;
        },
      },
    });
    const { queue, events } = made;
    const given: unknown[] = [];
    for (const backoff of [10, { type: "exponential", delay: 5 }, { type: "own" }]) {
      const job = (yield queue.add("tries", {}, { attempts: 3, backoff })) as Job;
      given.push(yield job.waitUntilFinished(events));
      const found = (yield bullmq.Job.fromId(queue, job.id as string)) as Job;
      given.push(
        found.attemptsMade,
        found.stacktrace?.length,
        found.stacktrace?.map((text) => text.split("\n")[0]),
      );
    }
    const failing = (yield queue.add("fails", {}, { attempts: 1 })) as Job;
    try {
      yield failing.waitUntilFinished(events);
    } catch (error) {
      given.push(failure(error));
    }
    yield* tearDown(made);
    return [given, asked, tried];
  },
  *unrecoverable(bullmq: BullMq, url: string, does: Does): Steps {
    const made = yield* setUp(
      bullmq,
      url,
      does(function* (job: Job, token: string): Steps {
        if (job.name === "never") throw yield new bullmq.UnrecoverableError("no use");
        if (job.data.again !== true) return "done";
        yield job.updateData({ again: false });
        yield job.moveToDelayed(Date.now() + 20, token);
        throw yield new bullmq.DelayedError();
      }),
    );
    const { queue, events } = made;
    const job = (yield queue.add("never", {}, { attempts: 5 })) as Job;
    let told: unknown;
    try {
      yield job.waitUntilFinished(events);
    } catch (error) {
      told = failure(error);
    }
    const { attemptsMade, failedReason } = (yield queue.getJob(job.id as string)) as Job;
    const later = (yield queue.add("later", { again: true })) as Job;
    const result = yield later.waitUntilFinished(events, 5000);
    yield* tearDown(made);
    return [told, attemptsMade, failedReason, result];
  },
  *concurrently(bullmq: BullMq, url: string, does: Does): Steps {
    let running = 0;
    const process = does(function* (job: Job): Steps {
      running++;
      yield bullmq.delay(job.data.n * 10);
      yield job.updateProgress(100);
      running--;
      return job.data.n;
    });
    const made = yield* setUp(bullmq, url, process, { concurrency: 3 });
    const { queue, events, worker } = made;
    const jobs = (yield queue.addBulk([5, 4, 6].map((n) => ({ name: "n", data: { n } })))) as Job[];
    const results = yield jobs.map((job) => job.waitUntilFinished(events));
    yield* tearDown(made);
    return [results, worker.concurrency, running];
  },
  *schedulers(bullmq: BullMq, url: string): Steps {
    const made = yield* setUp(bullmq, url, (job) => [job.name, job.data]);
    const { queue, worker } = made;
    const told: unknown[] = [];
    worker.on("completed", (job, result) => told.push([result, job.repeatJobKey]));
    const first = (yield queue.upsertJobScheduler(
      "often",
      { every: 30, limit: 2 },
      { name: "tick", data: { a: 1 } },
    )) as Job;
    yield* until(bullmq, () => told.length === 2);
    yield queue.upsertJobScheduler("yearly", { pattern: "0 0 1 1 *", tz: "UTC" }, { name: "year" });
    const all = ((yield queue.getJobSchedulers()) as { key: string; pattern?: string; tz?: string }[]).map(
      ({ key, pattern, tz }) => [key, pattern, tz],
    );
    const { next } = (yield queue.getJobScheduler("yearly")) as { next: number };
    const given = [
      first.name,
      first.repeatJobKey,
      all,
      new Date(next).toISOString().slice(4),
      yield queue.getDelayedCount(),
      yield queue.removeJobScheduler("yearly"),
      yield queue.removeJobScheduler("yearly"),
      yield queue.getJobSchedulersCount(),
    ];
    yield* tearDown(made);
    return [...given, told];
  },
  *pauses(bullmq: BullMq, url: string): Steps {
    const made = yield* setUp(bullmq, url, (job) => job.name);
    const { queue, events, worker } = made;
    const told: unknown[] = [];
    worker.on("paused", () => told.push("worker paused"));
    worker.on("resumed", () => told.push("worker resumed"));
    queue.on("paused", () => told.push("queue paused"));
    queue.on("resumed", () => told.push("queue resumed"));
    yield worker.pause();
    const job = (yield queue.add("waits", {})) as Job;
    const before = [worker.isPaused(), worker.isRunning(), yield job.isWaiting()];
    try {
      yield job.waitUntilFinished(events, 30);
    } catch (error) {
      before.push((error as Error).message.replace(/\d+ms/, "N ms").split(",")[0]);
    }
    worker.resume();
    const result = yield job.waitUntilFinished(events);
    yield queue.pause();
    yield queue.resume();
    const after = [worker.isPaused(), worker.isRunning()];
    yield* tearDown(made);
    return [before, result, after, worker.isRunning(), told];
  },
  *keeps(bullmq: BullMq, url: string): Steps {
    const made = yield* setUp(bullmq, url);
    const { queue } = made;
    const ids = (jobs: Job[]) => jobs.map(({ id }) => id);
    for (const id of ["a", "b", "c"]) yield queue.add(id, { id }, { jobId: id });
    yield queue.add("first", {}, { jobId: "first", priority: 1 });
    yield queue.add("late", {}, { jobId: "late", delay: 60_000 });
    const same = (yield queue.add("a", { other: 1 }, { jobId: "a" })) as Job;
    yield queue.add("once", {}, { jobId: "once", deduplication: { id: "dup" } });
    const doubled = (yield queue.add("once", {}, { jobId: "twice", deduplication: { id: "dup" } })) as Job;
    const late = (yield queue.getJob("late")) as Job;
    const told = [
      ids(yield queue.getWaiting()),
      ids(yield queue.getJobs(["waiting", "prioritized", "delayed"], 0, 10, true)),
      yield queue.getJobCounts("waiting", "delayed", "prioritized", "completed"),
      [same.id, doubled.id, yield queue.getDeduplicationJobId("dup")],
      yield queue.getJobCountByTypes("waiting", "delayed"),
    ];
    yield late.promote();
    const first = (yield queue.getJob("first")) as Job;
    yield first.changePriority({ priority: 7 });
    told.push(yield late.getState(), ((yield queue.getJob("first")) as Job).priority, first.toJSON().name);
    told.push(yield queue.remove("b"), yield queue.remove("nothing"), yield queue.getJob("b"));
    yield queue.drain(true);
    told.push(
      yield queue.count(),
      yield queue.clean(0, 10, "wait"),
      yield queue.getCountsPerPriority([0, 1]),
    );
    yield* tearDown(made);
    return told;
  },
  *dependencies(bullmq: BullMq, url: string, does: Does): Steps {
    const process = does(function* (job: Job): Steps {
      if (job.name === "bad child") throw new Error("a bad child");
      if (job.name !== "sum") return job.data.n;
      const values = (yield job.getChildrenValues()) as Record<string, number>;
      const ignored = Object.values((yield job.getIgnoredChildrenFailures()) as Record<string, string>);
      return [Object.values(values).reduce((sum, n) => sum + n, 0), ignored];
    });
    const made = yield* setUp(bullmq, url, process);
    const { queue, events } = made;
    const queueName = queue.name;
    const child = (n: number) => ({ name: "child", queueName, data: { n } });
    const bad = { name: "bad child", queueName, opts: { ignoreDependencyOnFailure: true } };
    const producer = (yield new bullmq.FlowProducer({ connection: { url } })) as FlowProducer;
    const [sum, other] = (yield producer.addBulk([
      { name: "sum", queueName, children: [child(20), child(22), bad] },
      { name: "other", queueName, data: { n: 0 }, children: [child(1)] },
    ])) as [JobNode, JobNode];
    const results = yield [sum.job.waitUntilFinished(events), other.job.waitUntilFinished(events)];
    const tree = (yield producer.getFlow({ id: sum.job.id as string, queueName })) as JobNode;
    const { processed = {} } = (yield sum.job.getDependencies()) as { processed?: Record<string, number> };
    yield producer.close();
    yield* tearDown(made);
    return [
      results,
      [tree.job.constructor.name, tree.job.returnvalue, tree.children?.map(({ job }) => job.name).sort()],
      Object.values(processed).sort(),
    ];
  },
};
