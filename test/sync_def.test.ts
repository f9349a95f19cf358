import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  asyncModule,
  awaitlet,
  blockingModule,
  ContextVar,
  hold,
  NoAwaitletContext,
  syncDef,
  syncModule,
  ThreadDied,
} from "../mod.ts";
import * as plain from "./fixtures/sync_logic.ts";
import { runChild } from "./support/child.ts";
import { root, runsFile, name as runtime } from "./support/this_runtime.ts";
import { within } from "./support/within.ts";

const test = suite("syncDef");

const url = new URL("./fixtures/sync_async.ts", import.meta.url);
const async = asyncModule<typeof import("./fixtures/sync_async.ts")>(url);
const user = new ContextVar<string>("plain user");

function thrownBy(fn: () => unknown): unknown {
  try {
    fn();
  } catch (error) {
    return error;
  }
  throw new Error("it threw nothing");
}

/** What the threads are that this one starts meanwhile. Bun and Node tell of each; Deno does not. */
async function startedBy(fn: () => unknown): Promise<number> {
  let started = 0;
  const count = () => started++;
  process.on("worker", count);
  fn();
  await sleep(20);
  process.off("worker", count);
  return started;
}

test("a closure stays on this thread, with all that it uses", () => {
  const bodies: object[] = [];
  const result = syncDef(
    (a: number, list: object[]) => {
      list.push({ sum: awaitlet(async.add(a, 2)) });
      return list;
    },
    1,
    bodies,
  );
  assert.is(result, bodies);
  assert.equal(bodies, [{ sum: 3 }]);
  const fn = () => 1;
  assert.is(
    syncDef(() => fn),
    fn,
  );
});

test("it throws what the function throws, the very error", () => {
  const error = new RangeError("its own");
  assert.is(
    thrownBy(() =>
      syncDef(() => {
        throw error;
      }),
    ),
    error,
  );
  const falsy: unknown[] = [undefined, null, 0, ""];
  for (const value of falsy) {
    const caught = thrownBy(() =>
      syncDef(() => {
        awaitlet(async.add(1, 1));
        throw value;
      }),
    );
    assert.is(caught, value);
  }
  assert.instance(
    thrownBy(() => syncDef(() => awaitlet(async.fail("across")))),
    RangeError,
  );
});

test("what is no function, or async, is refused", () => {
  assert.throws(() => syncDef(7 as never), /^syncDef: 7 is not a function$/);
  assert.throws(() => syncDef(async () => 1), /it returned a Promise of its own thread/);
});

test("outside of it awaitlet() throws, before and after", () => {
  assert.instance(
    thrownBy(() => awaitlet(async.add(1, 1))),
    NoAwaitletContext,
  );
  syncDef(() => awaitlet(async.add(1, 1)));
  assert.instance(
    thrownBy(() => awaitlet(async.add(1, 1))),
    NoAwaitletContext,
  );
});

test("in another syncDef(), and in a task, it simply calls", async () => {
  assert.equal(plain.nests.length, 0);
  assert.equal(syncDef(plain.nests), [2, 3, 4]);
  const logic = blockingModule<typeof plain>(new URL("./fixtures/sync_logic.ts", import.meta.url));
  assert.equal(await within(logic.nests()), [2, 3, 4]);
});

test("async code on the companion may be a plain program itself", () => {
  assert.is(
    syncDef(() => awaitlet(async.isPlainItself())),
    23,
  );
});

test("it inherits context variables, and changes none outside", () => {
  user.run("ann", () => {
    const seen = syncDef(() => {
      const before = [user.get(), awaitlet(async.getUser())];
      user.set("bob");
      return [...before, user.get(), awaitlet(async.getUser())];
    });
    assert.equal(seen, ["ann", "ann", "bob", "bob"]);
    assert.is(user.get(), "ann");
  });
  assert.is(
    syncDef(() => awaitlet(async.getUser())),
    undefined,
  );
});

test("five thousand round trips", () => {
  const sum = syncDef(() => {
    let total = 0;
    for (let i = 0; i < 5_000; i++) total += awaitlet(async.add(i, 1));
    return total;
  });
  assert.is(sum, 12_502_500);
});

test("a thousand runs on one companion", () => {
  const before = syncDef(() => awaitlet(async.count()));
  for (let i = 1; i <= 1_000; i++)
    assert.is(
      syncDef(() => awaitlet(async.count())),
      before + i,
    );
});

test("a reference of a run that is over throws", () => {
  const kept = syncDef(() => awaitlet(async.makeAdder(1)));
  assert.throws(() => kept(1), /no task runs here/);
  assert.throws(() => syncDef(() => kept(1)), /released|ended/);
});

// Cancellation

test("a timeout ends the wait with its error, and the next call works, on the same companion", () => {
  const before = syncDef(() => awaitlet(async.count()));
  for (let i = 0; i < 3; i++) {
    const started = performance.now();
    const error = thrownBy(() => syncDef.with({ timeout: 100 })(() => awaitlet(async.sleep(60_000, 1))));
    const took = performance.now() - started;
    assert.ok(took >= 95 && took < 5_000, `${took} ms`);
    assert.instance(error, DOMException);
    assert.is((error as DOMException).name, "TimeoutError");
  }
  assert.is(
    syncDef(() => awaitlet(async.count())),
    before + 1,
  );
});

test("a timeout that does not come changes nothing", () => {
  const run = syncDef.with({ timeout: 60_000 });
  assert.is(
    run(() => awaitlet(async.sleep(20, "slept"))),
    "slept",
  );
});

test("a signal that has aborted already: the function does not run", () => {
  let ran = false;
  const reason = { why: "enough" };
  const run = syncDef.with({ signal: AbortSignal.abort(reason) });
  assert.is(
    thrownBy(() =>
      run(() => {
        ran = true;
      }),
    ),
    reason,
  );
  assert.is(ran, false);
});

test("a signal that the function itself aborts", () => {
  const controller = new AbortController();
  const reason = new Error("by itself");
  const seen: unknown[] = [];
  const error = thrownBy(() =>
    syncDef.with({ signal: controller.signal })(() => {
      seen.push(awaitlet(async.add(1, 1)));
      controller.abort(reason);
      try {
        seen.push(awaitlet(async.add(2, 2)));
      } finally {
        seen.push(awaitlet(async.add(3, 3)));
      }
    }),
  );
  assert.is(error, reason);
  assert.equal(seen, [2, 6]);
});

test("the timeout counts anew for each run, and computing takes of it", () => {
  const run = syncDef.with({ timeout: 300 });
  for (let i = 0; i < 4; i++)
    assert.is(
      run(() => awaitlet(async.sleep(100, i))),
      i,
    );
  const error = thrownBy(() =>
    run(() => {
      const until = performance.now() + 400;
      while (performance.now() < until);
      return 1;
    }),
  );
  assert.is((error as Error).name, "TimeoutError");
});

test("a timeout that is none is refused", () => {
  for (const timeout of [-1, Number.NaN, 2 ** 31, "100" as never]) {
    assert.throws(
      () => syncDef.with({ timeout }),
      /^syncDef.with\(\): timeout is .*; give milliseconds, from 0 to /,
    );
    assert.throws(() => syncModule(url, { timeout }), /^syncModule\(\): timeout is /);
  }
});

// Death of the companion

/** The run must throw `ThreadDied`, soon, and the next one have a companion of its own. */
function assertDies(fn: () => unknown, said: RegExp): ThreadDied {
  assert.ok(syncDef(() => awaitlet(async.count())) >= 1, "a companion runs");
  const started = performance.now();
  const error = thrownBy(() => syncDef(fn));
  const took = performance.now() - started;
  assert.instance(error, ThreadDied);
  assert.match((error as ThreadDied).message, said);
  assert.ok(took < 3_000, `it took ${took} ms`);
  assert.is(
    syncDef(() => awaitlet(async.count())),
    1,
  );
  return error as ThreadDied;
}

for (const code of [0, 3]) {
  test(`the companion exits with ${code}`, () => {
    for (const fn of [() => async.exits(code), () => async.exitsInTimer(code)]) {
      const error = assertDies(() => awaitlet(fn()), new RegExp(`exit code ${code}\\b.*process\\.exit`));
      assert.is(error.exitCode, code);
    }
  });
}

const deaths = {
  throwsInTimer: /RangeError: of a timer/,
  throwsUndefinedInTimer: /ended with/,
  throwsInMicrotask: /RangeError: of a microtask/,
  rejectsUnheard: /unheard/,
} as const;
for (const [name, said] of Object.entries(deaths)) {
  test(`the companion dies: ${name}`, () => {
    const error = assertDies(() => awaitlet(async[name as keyof typeof deaths]()), said);
    if (name === "throwsInTimer") assert.instance(error.cause, RangeError);
  });
}

test("it dies while a callback of this thread's runs on top of the wait", () => {
  assertDies(
    () =>
      awaitlet(
        async.call(() => {
          awaitlet(async.exitsInTimer(4));
        }),
      ),
    /exit code 4/,
  );
});

test("what is still awaited in the same run throws the same; the next run is unharmed", () => {
  const errors: unknown[] = [];
  syncDef(() => {
    const counter = hold(async.makeAdder(1));
    errors.push(thrownBy(() => awaitlet(async.exits(6))));
    errors.push(thrownBy(() => awaitlet(async.count())));
    errors.push(thrownBy(() => awaitlet(counter(1))));
    counter[Symbol.dispose]();
  });
  assert.equal(
    errors.map((error) => error instanceof ThreadDied),
    [true, true, true],
  );
  assert.is(
    syncDef(() => awaitlet(async.count())),
    1,
  );
});

/** Ends the companion between two runs, while `wait` goes on. The next run must tell, and the one after that must work. */
async function assertTells(
  end: () => unknown,
  said: RegExp,
  wait: () => Promise<unknown> | undefined,
): Promise<void> {
  assert.is(syncDef(end), "answered");
  await wait();
  const error = thrownBy(() => syncDef(() => awaitlet(async.count())));
  assert.instance(error, ThreadDied);
  assert.match((error as ThreadDied).message, said);
  assert.is(
    syncDef(() => awaitlet(async.count())),
    1,
  );
}

const waits = {
  "while the event loop turns": () => sleep(300),
  "while the event loop stands": () => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    return undefined;
  },
};
for (const [how, wait] of Object.entries(waits)) {
  test(`it dies between two runs, ${how}: the next one is told`, async () => {
    await assertTells(() => awaitlet(async.exitsAfterwards()), /exit code 5/, wait);
    await assertTells(() => awaitlet(async.throwsAfterwards()), /RangeError: of a later timer/, wait);
    // A run that awaits nothing has nothing to be told of.
    assert.is(
      syncDef(() => awaitlet(async.exitsAfterwards())),
      "answered",
    );
    await wait();
    assert.is(
      syncDef(() => 1),
      1,
    );
    assert.instance(
      thrownBy(() => syncDef(() => awaitlet(async.count()))),
      ThreadDied,
    );
  });
}

test("it dies after it has answered, before that is read: the run has its answer, the next one is told", () => {
  const stand = () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000);
  assert.is(
    syncDef(() => awaitlet(async.exitsMeanwhile(stand))),
    "answered",
  );
  const error = thrownBy(() => syncDef(() => awaitlet(async.count())));
  assert.instance(error, ThreadDied);
  assert.is(
    syncDef(() => awaitlet(async.count())),
    1,
  );
});

test("an error that a handler of the program's own deals with ends nothing", () => {
  const before = syncDef(() => awaitlet(async.count()));
  assert.is(
    syncDef(() => awaitlet(async.survives())),
    "RangeError: dealt with",
  );
  assert.is(
    syncDef(() => awaitlet(async.count())),
    before + 1,
  );
  const error = assertDies(() => awaitlet(async.exits(7)), /exit code 7/);
  assert.is(error.cause, undefined);
});

if (runtime !== "deno") {
  test("it starts at the first await, and not before", async () => {
    syncDef(() => thrownBy(() => awaitlet(async.exits(0))));
    await sleep(20);
    assert.is(
      await startedBy(() =>
        assert.is(
          syncDef(() => 1),
          1,
        ),
      ),
      0,
    );
    assert.is(
      await startedBy(() =>
        assert.is(
          syncDef(() => awaitlet(1)),
          1,
        ),
      ),
      0,
    );
    const started = await startedBy(() =>
      assert.is(
        syncDef(() => awaitlet(async.add(1, 1))),
        2,
      ),
    );
    // On a busy machine the companion starts so slowly that a guardian is started as well.
    assert.ok(started === 1 || started === 2, `${started} threads`);
    assert.is(
      await startedBy(() =>
        assert.is(
          syncDef(() => awaitlet(async.add(1, 1))),
          2,
        ),
      ),
      0,
    );
  });
}

test("where a thread may not park it says so", () => {
  const { wait } = Atomics;
  Atomics.wait = () => {
    throw new TypeError("Atomics.wait cannot be called in this context");
  };
  try {
    const error = thrownBy(() => syncDef(() => awaitlet(async.sleep(10, 1)))) as Error;
    assert.match(error.message, /this thread may not park, as a browser's main thread.*asyncDef\(\)/);
    assert.instance(error.cause, TypeError);
  } finally {
    Atomics.wait = wait;
  }
  assert.is(
    syncDef(() => awaitlet(async.add(1, 1))),
    2,
  );
});

// syncModule()

test("syncModule(): an async module's functions as plain ones", () => {
  const module = syncModule<typeof import("./fixtures/sync_async.ts")>(url);
  const sum: number = module.add(1, 2);
  assert.is(sum, 3);
  assert.is(module.plain(4), 8);
  assert.is(module.add, module.add);
  assert.throws(
    () => module.fail("across"),
    (error: unknown) => error instanceof RangeError,
  );
  assert.is(
    thrownBy(() => module.throwNull()),
    null,
  );
  assert.is((module as unknown as { then: unknown }).then, undefined);
  assert.is(
    syncDef(() => module.add(awaitlet(async.add(1, 1)), 1)),
    3,
  );
  const timers = syncModule<typeof import("node:timers/promises")>("node:timers/promises");
  assert.is(timers.setTimeout(1, "done"), "done");
});

test("syncModule(): a timeout for each call", () => {
  const module = syncModule<typeof import("./fixtures/sync_async.ts")>(url, { timeout: 200 });
  for (let i = 0; i < 3; i++) assert.is(module.sleep(90, i), i);
  const error = thrownBy(() => module.sleep(60_000, 1));
  assert.is((error as Error).name, "TimeoutError");
  assert.is(module.sleep(1, "again"), "again");
});

test("syncModule(): the same module has the same functions", () => {
  type Module = typeof import("./fixtures/sync_async.ts");
  const module = syncModule<Module>(url);
  assert.is(syncModule<Module>(url.href), module);
  assert.is(syncModule<Module>(url).add, module.add);
  assert.is(syncModule<Module>(url, { timeout: 200 }).add, syncModule<Module>(url, { timeout: 200 }).add);
  assert.is.not(syncModule<Module>(url, { timeout: 200 }).add, module.add);
});

if (runtime === "node") {
  test("syncModule(): flags for its thread", () => {
    const flag = "--conditions=special";
    const flags = { execArgv: [...process.execArgv, flag] };
    const special = syncModule<typeof import("./fixtures/sync_async.ts")>(url, flags);
    assert.is(special.flags().includes(flag), true);
    assert.is(syncModule<typeof import("./fixtures/sync_async.ts")>(url).flags().includes(flag), false);
    const refused = { execArgv: ["--no-such-flag-at-all"] };
    const error = thrownBy(() => syncModule<{ f(): void }>(url, refused).f());
    assert.instance(error, ThreadDied);
    assert.match((error as Error).message, /^start the companion thread: .*--no-such-flag-at-all/);
  });
}

test("syncModule(): what is no function, not there, or no URL", () => {
  const module = syncModule<Record<string, () => unknown>>(url);
  assert.instance(
    thrownBy(() => module.notFunction?.()),
    TypeError,
  );
  assert.instance(
    thrownBy(() => module.nowhere?.()),
    TypeError,
  );
  assert.throws(() => syncModule("./sync_async.ts"), /^name a module by syncModule\(\): .* is not a URL/);
  assert.throws(() => syncModule(url, { timeOut: 1 } as never), /write "timeout"/);
});

// In processes of their own

function program(name: string, ...flags: string[]) {
  const [binary, ...args] = runsFile("test/fixtures/sync_program.ts");
  if (runtime === "deno") args.splice(1, 0, ...flags.map((flag) => `--v8-flags=${flag}`));
  else args.unshift(...flags);
  return runChild([binary, ...args, name], { cwd: root, seconds: 60 });
}

for (const [name, printed] of Object.entries({
  answers: "3",
  leavesBusy: '"busy"',
  leavesTimedOut: '"TimeoutError"',
})) {
  test(`a program that used it exits by itself: ${name}`, async () => {
    const { code, timedOut, output } = await program(name);
    assert.equal([output, code, timedOut], [`${printed}\n`, 0, false]);
  });
}

test("a program may exit in the midst of it", async () => {
  const { code, output } = await program("exitsInTask");
  assert.equal([output, code], ["", 3]);
});

// Bun bounds the memory of the whole process only, and then ends it.
if (runtime !== "bun") {
  test("the companion is out of memory", async () => {
    const { code, stdout, timedOut } = await program("outOfMemory", "--max-old-space-size=128");
    assert.equal([stdout, code, timedOut], ["[true,true,3]\n", 0, false]);
  });
}

test("what the companion logs appears at once, while this thread is parked", async () => {
  const folder = mkdtempSync(join(tmpdir(), "awaitlet-"));
  const seen = join(folder, "seen");
  const [binary, ...args] = runsFile("test/fixtures/sync_program.ts");
  const child = spawn(binary, [...args, "logs", seen], { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  try {
    let text = "";
    const ended = (async () => {
      for await (const chunk of child.stdout.setEncoding("utf8")) {
        text += chunk;
        if (text.includes("\n")) writeFileSync(seen, "");
      }
    })();
    await within(ended, 30);
    assert.is(text, "a line of async code ☃\nundefined\n");
  } finally {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  }
});

test.run();
