import { execFileSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runChild } from "../support/child.ts";
import { root, runsFile } from "../support/this_runtime.ts";

const test = suite("how many threads run at once");

/** Whether a program can be kept on one core here, as a container with one core keeps it. */
function canPin(): boolean {
  try {
    execFileSync("taskset", ["-c", "0", "true"]);
    return true;
  } catch {
    return false;
  }
}

const ways: Record<string, string[]> = {
  "all cores": [],
  ...(canPin() && { "one core": ["taskset", "-c", "0"] }),
};

const programs: Record<string, unknown> = {
  "100 tasks": { returned: 100 },
  nested: { returned: 20 },
  "cancelled while held back": [{ AbortError: 4 }, { returned: 4 }],
  "a thread dies": [{ ThreadDied: 3 }, { returned: 20 }, { returned: 4 }],
};

for (const [way, prefix] of Object.entries(ways)) {
  for (const [name, ends] of Object.entries(programs)) {
    test(`${name}, on ${way}`, async () => {
      const command = [...prefix, ...runsFile("test/fixtures/limit_program.ts"), name];
      const child = await runChild(command as [string, ...string[]], { cwd: root, seconds: 60 });
      assert.is(child.code, 0, child.output);
      assert.equal(JSON.parse(child.stdout), ends, child.output);
    });
  }
}

test.run();
