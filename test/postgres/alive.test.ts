import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runChild } from "../support/child.ts";
import { isServerThere, url } from "../support/postgres.ts";
import { root, runsFile } from "../support/this_runtime.ts";

const suiteOfAll = suite("postgres: what keeps a program alive");
const test = (await isServerThere()) ? suiteOfAll : suiteOfAll.skip;

test("a statement that is run a second time does", async () => {
  const program = runsFile("test/postgres/alive/program.ts");
  const { stdout, output, code } = await runChild([...program, url], { cwd: root, seconds: 60 });
  assert.equal([stdout, code], ["first\nDataError\nlast\n1\ndone\n", 0], output);
});

suiteOfAll.run();
