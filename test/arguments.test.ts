// What is given to async code and what it gives: as it would be with await.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, blockingModule, syncDef } from "../mod.ts";
import type * as blocking from "./fixtures/arguments.ts";
import * as plain from "./fixtures/arguments.ts";
import * as async from "./fixtures/arguments_async.ts";
import * as all from "./fixtures/arguments_steps.ts";
import { until } from "./support/pool.ts";
import { type Steps, withAwait } from "./support/steps.ts";
import { name } from "./support/this_runtime.ts";
import { rejection, within } from "./support/within.ts";

const logic = blockingModule<typeof blocking>(new URL("./fixtures/arguments.ts", import.meta.url));

const warnings: string[] = [];
process.on("warning", ({ message }) => warnings.push(message));

type Group = keyof typeof all;
for (const [group, cases] of Object.entries(all) as [
  Group,
  Record<string, (module: typeof async) => Steps>,
][]) {
  const test = suite(`${group}: as with await`);
  for (const [name, steps] of Object.entries(cases)) {
    test(name, async () => {
      const right = await withAwait(steps(async));
      assert.equal(await within(asyncDef(logic.drive, group, name)), right, "asyncDef");
      assert.equal(syncDef(plain.drive, group, name), right, "syncDef");
    });
  }
  test.run();
}

const test = suite("arguments of async code");

const topologies: Record<
  string,
  (fn: "unread" | "givesClass" | "takesSignal" | "givesSignal" | "abortsMeanwhile") => Promise<unknown>
> = {
  asyncDef: (fn) => within(asyncDef(logic[fn])),
  syncDef: async (fn) => syncDef({ ...plain }[fn]),
};

for (const [name, run] of Object.entries(topologies)) {
  test(`a body or a stream that nobody could read is refused (${name})`, async () => {
    const said = (await run("unread")) as string[];
    assert.is(said.length, 3);
    for (const [i, kind] of ["Request", "Response", "ReadableStream"].entries())
      assert.match(
        said[i] as string,
        new RegExp(`NotTransferable: .*a ${kind} of blocking code cannot be read`),
      );
  });

  test(`a class is the class there, or is refused by its name (${name})`, async () => {
    const [own, platform, theirs] = (await run("givesClass")) as [string, unknown, unknown];
    assert.match(own, /NotTransferable: Cannot copy the class Mine/);
    assert.equal(
      [platform, theirs],
      [
        ["Map", false, undefined],
        ["Builder", true, undefined],
      ],
    );
  });

  test(`a signal of async code is seen to abort (${name})`, async () => {
    assert.equal(await run("takesSignal"), [false, "heard", true, "RangeError: stopped", true]);
  });

  test(`a signal of blocking code aborts there (${name})`, async () => {
    const enough = [true, false, true, "RangeError: enough"];
    const before = [true, true, true, "RangeError: before"];
    assert.equal(await run("givesSignal"), [enough, true, [true, "RangeError: enough"], before]);
    assert.equal(await run("abortsMeanwhile"), [true, false, true, "RangeError: by a callback"]);
  });
}

test("a timeout that blocking code makes does not abort what it awaits, of which Node warns; one of the loop does", async () => {
  assert.equal(await within(asyncDef(logic.timesOut)), ["TimeoutError", "does not abort"]);
  assert.equal(syncDef(plain.timesOut), ["TimeoutError", "does not abort"]);
  const isTold = () =>
    warnings.some((message) => message.startsWith("AbortSignal.timeout() in blocking code"));
  if (name === "node") await until(isTold, "it is told");
  else assert.is(isTold(), false);
});

test("fetch() takes a signal of blocking code", async () => {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  assert.is(await within(asyncDef(logic.fetches, `http://127.0.0.1:${port}/`)), "AbortError");
  server.closeAllConnections();
  server.close();
});

test("currentSignal() in blocking code is the task's, to be given on", async () => {
  const controller = new AbortController();
  const started = asyncDef.with({ signal: controller.signal })(logic.ownSignal);
  const { aborting } = async;
  await within(aborting.promise);
  controller.abort(new RangeError("cancelled"));
  assert.is(String(await rejection(within(started))), "RangeError: cancelled");
  assert.equal(await within(aborting.seen), [true, false, true, "RangeError: cancelled"]);
});

test("a URL and a date come as such as arguments and as the result of a task", async () => {
  const url = new URL("http://host/a");
  const back = (await within(asyncDef(logic.same, { url, params: url.searchParams }))) as {
    url: URL;
    params: URLSearchParams;
  };
  assert.equal(
    [back.url instanceof URL, back.url.href, back.params instanceof URLSearchParams],
    [true, url.href, true],
  );
});

test.run();
