import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, blockingModule, onTaskEnd, syncDef, ThreadDied } from "../mod.ts";
import * as here from "./fixtures/task_end.ts";
import { heard } from "./fixtures/task_end_async.ts";
import { rejection, within } from "./support/within.ts";

const tasks = blockingModule<typeof import("./fixtures/task_end.ts")>(
  new URL("./fixtures/task_end.ts", import.meta.url),
);
const test = suite("onTaskEnd");

test("the task returns", async () => {
  await within(tasks.returns("returned"));
  assert.equal(await heard(), ["returned"]);
});

test("the task throws", async () => {
  await rejection(tasks.throws("threw"));
  assert.equal(await heard(), ["threw"]);
});

test("the task is cancelled", async () => {
  const controller = new AbortController();
  const failing = rejection(asyncDef.with({ signal: controller.signal })(tasks.waits, "cancelled"));
  setTimeout(() => controller.abort(new Error("enough")), 200);
  assert.is(((await failing) as Error).message, "enough");
  assert.equal(await heard(), ["cancelled"]);
});

test("its thread dies", async () => {
  assert.instance(await rejection(tasks.exits("died")), ThreadDied);
  assert.equal(await heard(), ["died"]);
});

test("a listener that was taken back is not called", async () => {
  await within(tasks.takesBack("never"));
  assert.equal(await heard(), []);
});

test("when the task has ended already, it is called at once", async () => {
  await within(tasks.leavesBehind("late"));
  assert.equal(await within(heard()), ["late"]);
});

test("outside a task it is never called", async () => {
  onTaskEnd(() => assert.unreachable())();
  onTaskEnd(() => assert.unreachable());
});

test("in a plain program", () => {
  syncDef(here.returns, "plain");
  assert.equal(syncDef(here.heard), ["plain"]);
});

test.run();
