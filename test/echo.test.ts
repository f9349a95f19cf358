import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runChild } from "./support/child.ts";
import { root, runsFile } from "./support/this_runtime.ts";

const test = suite("the echo demo");

test("five messages at once come back, in the order in which they were given, and the process exits", async () => {
  const { code, timedOut, output } = await runChild(runsFile("demo/echo.ts", "demo:echo"), {
    cwd: root,
    seconds: 60,
  });
  const lines = ["one", "two", "three", "four", "five"].map(
    (number) => `Got back echo response: message number ${number}\n`,
  );
  assert.is(output, lines.join(""));
  assert.is(timedOut, false);
  assert.is(code, 0);
});

test.run();
