import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runChild } from "../support/child.ts";
import { root } from "../support/this_runtime.ts";

const test = suite("permissions on Deno");

const deno = join(root, "node_modules", ".bin", "deno");
const SOURCES = "--allow-read=mod.ts,src,test/fixtures";

/** What the program prints with these permissions and no one to ask for more. */
async function prints(permissions: string[], ...args: string[]): Promise<string> {
  const program = ["run", ...permissions, "test/fixtures/permitted_program.ts", ...args];
  const child = await runChild([deno, ...program], { cwd: root, seconds: 60 });
  assert.is(child.timedOut, false);
  return child.stdout.trim();
}

test("to read awaitlet's files and the program's own modules is all that it takes", async () => {
  assert.is(await prints([SOURCES], "works", "7"), "gave 7");
});

for (const prompt of [[], ["--no-prompt"]]) {
  const how = prompt.length > 0 ? "with --no-prompt" : "with no one to ask";

  test(`without, the task rejects and the flag is named, ${how}`, async () => {
    assert.match(await prints(prompt, "works", "7"), /^ThreadDied: .*entry\.ts.*--allow-read/);
    const partly = [...prompt, "--allow-read=mod.ts,src"];
    assert.match(await prints(partly, "works", "7"), /^ThreadDied: load .*permitted\.ts.*--allow-read/);
  });

  test(`what blocking or async code lacks is an error of the task that names the flag, ${how}`, async () => {
    const permissions = [...prompt, SOURCES];
    assert.match(await prints(permissions, "readsEnvironment"), /AWAITLET_TEST.*--allow-env/);
    assert.match(await prints(permissions, "readsFile", "package.json"), /package\.json.*--allow-read/);
    assert.match(await prints(permissions, "readsFileAsync", "package.json"), /package\.json.*--allow-read/);
  });
}

test("a thread has the permissions of the program", async () => {
  const all = ["--allow-read", "--allow-env=AWAITLET_TEST"];
  assert.is(await prints(all, "readsEnvironment"), "gave undefined");
  assert.match(await prints(all, "readsFileAsync", "package.json"), /^gave \d+$/);
});

test.run();
