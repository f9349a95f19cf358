// The process, as code on threads that awaitlet has started sees it.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runChild } from "./support/child.ts";
import { name, root, runsFile } from "./support/this_runtime.ts";

const test = suite("the process");

async function run(...given: string[]): Promise<{ code: number | null; said: unknown; output: string }> {
  const [binary, ...args] = runsFile("test/fixtures/process_program.ts");
  const { code, stdout, output } = await runChild([binary, ...args, ...given], { cwd: root, seconds: 60 });
  try {
    return { code, said: JSON.parse(stdout), output };
  } catch {
    throw new Error(output);
  }
}

for (const program of ["given", "givenPlainly"]) {
  test(`${program}: the program's own file and arguments`, async () => {
    const { said } = await run(program, "--depth", "2 3");
    const [here, there] = said as [string[], string[]];
    assert.equal(here.slice(1), [program, "--depth", "2 3"]);
    assert.equal(there, here);
  });
}

const codes: [program: string, code: number][] = [
  ["fails", 3],
  ["failsTwice", 4],
  ["failsAndMends", 0],
  ["knowsBetter", 5],
  ["failsPlainly", 3],
  ["failsLatePlainly", 3],
];

for (const [program, expected] of codes) {
  test(`${program}: the exit code that was set last`, async () => {
    const { code, said } = await run(program);
    assert.is(code, expected);
    if (program === "fails") assert.equal(said, ["failed", 3]);
  });
}

for (const [program, code, message] of [
  ["throwsAfterTheLastCall", 1, "RangeError: the cable is cut"],
  ["rejectsAfterTheLastCall", 1, "RangeError: the cable is cut"],
  ["exitsAfterTheLastCall", 7, "exit code 7"],
] as const) {
  test(`${program}: of a companion that no call comes to be told of, the process tells`, async () => {
    const ended = await run(program);
    assert.is(ended.code, code);
    assert.equal(ended.said, ["answered", "nothing awaited"]);
    assert.match(ended.output, message);
  });
}

for (const program of ["handlesSignals", "handlesSignalsPlainly"]) {
  test(`${program}: a warning says what to do, once, where handlers are never called on threads`, async () => {
    const { code, output } = await run(program);
    assert.is(code, 0, output);
    const warnings = output.match(
      /handle SIG\w+ on a thread of awaitlet: .* set it on the program's first thread/g,
    );
    assert.equal(warnings?.length ?? 0, name === "deno" ? 0 : 1, output);
  });
}

test.run();
