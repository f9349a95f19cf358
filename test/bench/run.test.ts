import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Figure } from "../../bench/figure.ts";
import { runChild } from "../support/child.ts";
import { root, name as runtime } from "../support/this_runtime.ts";

const test = suite("npm run bench");

/** The runtime that runs this test, as the benchmarks call it. */
const here = runtime === "node" ? `node-${process.versions.node.split(".", 2).join(".")}` : runtime;

const bench = (...args: string[]) =>
  runChild(["npm", "run", "--silent", "bench", "--", ...args], { cwd: root, seconds: 200 });

test("--quick --only roundtrip prints a table, writes its figures, and draws them", async () => {
  const folder = mkdtempSync(join(tmpdir(), "awaitlet-bench-"));
  try {
    const file = join(folder, "figures.json");
    const { code, stdout, output } = await bench(
      ...["--quick", "--only", "roundtrip", "--runtime", here, "--json", file],
    );
    assert.is(code, 0, output);
    assert.match(stdout, new RegExp(`^${here}`, "m"));
    assert.match(stdout, /^ +against +ours +theirs +ratio +spread +reach +met$/m);
    assert.match(stdout, /^roundtrip +synckit +[\d.,]+ µs +.*≤ 0.5/m);

    const figures = JSON.parse(readFileSync(file, "utf8")) as Figure[];
    assert.equal(
      figures.map(({ against, reach }) => [against, reach]),
      [
        ["synckit", "≤ 0.5"],
        ["make-synchronized", "≤ 0.5"],
        ["bare echo, parking", "≤ 0.5"],
        ["bare echo, spinning", "≤ 4"],
      ],
    );
    for (const { name, runtime, against, ours, theirs, ratio, reach, met, note } of figures) {
      assert.is(name, "roundtrip");
      assert.ok(runtime.startsWith(here), runtime);
      assert.ok(ours !== null && ours > 0, against);
      // Others may hang, or end their process: they are left out, and the note says so.
      if (theirs === null) {
        assert.match(note ?? "", /hangs|cannot run|the process ended/, against);
        continue;
      }
      assert.ok(theirs > 0, against);
      assert.is(ratio, ours / theirs);
      assert.is(met, ours / theirs <= Number(reach?.slice(1)));
    }

    const picture = join(folder, "figures.svg");
    const again = await bench("--from", file, "--chart", picture);
    assert.is(again.code, 0, again.output);
    assert.is(again.stdout.trim(), stdout.trim());
    const svg = readFileSync(picture, "utf8");
    assert.match(svg, /^<svg /);
    for (const { against, theirs } of figures)
      if (theirs !== null) assert.ok(svg.includes(`roundtrip, ${against} (`), against);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a name that is none says which there are", async () => {
  const { code, output } = await bench("--only", "roundtrips");
  assert.is(code, 1);
  assert.match(output, /there is no roundtrips, but calls, cold, processes, /);
});

test.run();
