import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, blockingModule, ContextVar } from "../mod.ts";
import { storage } from "./fixtures/context_async.ts";
import { withPool } from "./support/pool.ts";
import { within } from "./support/within.ts";

const test = suite("context");

const logic = blockingModule<typeof import("./fixtures/context.ts")>(
  new URL("./fixtures/context.ts", import.meta.url),
);
const user = new ContextVar<unknown>("user");

// AsyncLocalStorage

test("the async code sees the caller's AsyncLocalStorage, across awaits", async () => {
  const seen = await storage.run("caller's", () => within(logic.store()));
  assert.equal(seen, ["caller's", "caller's", ["caller's", "caller's"]]);
  assert.equal(await within(logic.store()), [undefined, undefined, [undefined, undefined]]);
});

test("each task has its own, on a thread that is used again too, and started from the queue", async () => {
  await withPool({ max: 2 }, async ({ on }) => {
    const tasks = Array.from({ length: 20 }, (_, i) => storage.run(`task ${i}`, () => on(logic.store)));
    for (const [i, seen] of (await within(Promise.all(tasks))).entries()) {
      assert.equal(seen, [`task ${i}`, `task ${i}`, [`task ${i}`, `task ${i}`]]);
    }
  });
});

test("it is captured as the task starts", async () => {
  const task = storage.run("at the start", () => logic.store());
  storage.enterWith("later");
  assert.is((await within(task))[0], "at the start");
  storage.enterWith(undefined as never);
});

test("what callbacks await sees it too", async () => {
  const seen = await storage.run("caller's", () => within(logic.storeInCallbacks()));
  assert.equal(seen, ["caller's", "caller's"]);
});

test("so do functions given to the task, and tasks that it starts", async () => {
  const given = async () => storage.getStore();
  const seen = await storage.run("caller's", () => within(logic.storeByImplementation(given)));
  assert.is(seen, "caller's");
  assert.is(
    ((await storage.run("child's", () => within(logic.storeInChildTask()))) as unknown[])[0],
    "child's",
  );
});

test("so do expressions that tasks and callbacks return", async () => {
  const returned = storage.run("caller's", () => logic.returnsExpression("variable"));
  assert.equal(await Promise.all((await within(returned)) as unknown[]), ["caller's", "variable"]);
  assert.is(await storage.run("caller's", () => within(logic.givesExpression())), "caller's");
});

// ContextVar

test("run() holds for what is started inside, on both sides", async () => {
  assert.is(user.get(), undefined);
  const seen = await user.run("ann", async () => {
    assert.is(user.get(), "ann");
    await null;
    assert.is(user.get(), "ann");
    return within(logic.getBoth());
  });
  assert.equal(seen, ["ann", "ann"]);
  assert.equal(await within(logic.getBoth()), [undefined, undefined]);
  assert.is(user.get(), undefined);
});

test("runs nest, and each variable is of its own name", async () => {
  const other = new ContextVar<number>("another");
  const same = new ContextVar<unknown>("user");
  const seen = await user.run("outer", () =>
    other.run(1, () =>
      user.run("inner", async () => [user.get(), other.get(), same.get(), await within(logic.get())]),
    ),
  );
  assert.equal(seen, ["inner", 1, "inner", "inner"]);
});

test("set in blocking code it is seen in async code, and the other way round", async () => {
  assert.equal(await within(logic.setHere("here")), ["here", "here", "here"]);
  assert.equal(await within(logic.setThere("there")), ["there", "there"]);
  assert.equal(await within(logic.setThereInPassing("in passing")), [undefined, "in passing"]);
  for (const value of [0, "", null, false, undefined]) {
    assert.equal(await within(logic.setHere(value)), [value, value, value]);
  }
  const data = { list: [1, new Map([["a", new Date(0)]])] };
  assert.equal(await within(logic.setThere(data)), [data, data]);
});

test("a task inherits, and changes nothing outside", async () => {
  await user.run("outer", async () => {
    assert.equal(await within(logic.setHere("task's")), ["task's", "task's", "task's"]);
    assert.equal(await within(logic.setThere("task's")), ["task's", "task's"]);
    assert.is(user.get(), "outer");
    assert.is(await within(logic.get()), "outer");
  });
});

test("set() in a run() holds to its end", async () => {
  await user.run("at first", async () => {
    user.set("then");
    assert.is(user.get(), "then");
    assert.is(await within(logic.get()), "then");
    user.run("inside", () => user.set("inside too"));
    assert.is(user.get(), "then");
  });
});

test("run() in blocking code holds until its function has returned, or thrown", async () => {
  assert.equal(await within(logic.runHere("inside")), [
    ["inside", "inside"],
    "outside",
    "outside",
    "through run",
  ]);
});

test("callbacks are of their task", async () => {
  assert.equal(await within(logic.inCallbacks()), [
    ["before", "set in the callback"],
    "set in the callback",
    "set in the callback",
  ]);
  assert.equal(await within(logic.setByAsyncBeforeCallback()), ["set by async code", "set by async code"]);
});

test("a child task inherits the value of the moment, and keeps its changes to itself", async () => {
  for (const max of [1, 2]) {
    await withPool({ max }, async ({ on }) => {
      assert.equal(await within(on(logic.childTask)), [
        ["child's", "child's", "child's"],
        "parent's",
        "parent's",
        "parent's",
        ["parent's", ["run by async code", "run by async code"], "parent's"],
      ]);
    });
  }
});

test("tasks never see each other's, round after round", async () => {
  await withPool({ max: 4 }, async ({ on }) => {
    const tasks = Array.from({ length: 12 }, (_, i) => user.run(i, () => on(logic.rounds, 25, i * 1000)));
    for (const wrong of await within(Promise.all(tasks), 30)) assert.equal(wrong, []);
  });
});

test("a value that cannot cross is refused when it next crosses, and stays on its side", async () => {
  const [here, message, still, goesOn] = await within(logic.cannotCross());
  assert.is(here, true);
  assert.match(message as string, /^NotTransferable: .*ContextVar\(user\).*an instance of Handle/);
  assert.equal([still, goesOn], [true, undefined]);

  const [back, there] = await within(logic.cannotCrossBack());
  assert.match(back as string, /^NotTransferable: .*ContextVar\(user\).*an instance of Handle/);
  assert.is(there, true);

  class Handle {
    use() {}
  }
  const error = await user.run(new Handle(), () => within(logic.get().catch((reason: unknown) => reason)));
  assert.match(String(error), /^NotTransferable: .*ContextVar\(user\)/);
});

test("outside a task and a run() there is nothing to get, and nothing to set", () => {
  assert.is(user.get(), undefined);
  assert.throws(() => user.set("nobody's"), /set the context variable user: no task runs here; use run\(/);
});

test("asyncDef on the default threads inherits too", async () => {
  assert.is(await user.run("default", () => within(asyncDef(logic.get))), "default");
});

test.run();
