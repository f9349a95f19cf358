import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { root, runsFile, name as runtime } from "./support/this_runtime.ts";
import { within } from "./support/within.ts";

const test = suite("what blocking code writes");

type Where = "plainly" | "on a thread";

function start(where: Where, name: string, stdio: ("ignore" | "pipe" | number)[]): ChildProcess {
  const [program, ...args] = runsFile("test/fixtures/output.ts");
  const { FORCE_COLOR: _, ...env } = process.env;
  return spawn(program, [...args, where, name], { cwd: root, env: { ...env, NO_COLOR: "1" }, stdio });
}

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = "";
  if (stream !== null) for await (const chunk of stream.setEncoding("utf8")) text += chunk;
  return text;
}

/** Both streams, each by a pipe; nobody reads them for the first `patience` milliseconds. */
async function throughPipes(where: Where, name: string, patience = 0): Promise<[out: string, err: string]> {
  const child = start(where, name, ["ignore", "pipe", "pipe"]);
  await sleep(patience);
  const texts = Promise.all([textOf(child.stdout), textOf(child.stderr)]);
  return within(texts, 60).finally(() => child.kill("SIGKILL"));
}

/** Both streams, in one file. */
async function throughFile(where: Where, name: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "awaitlet-output-"));
  const path = join(folder, "output");
  const file = openSync(path, "w");
  const child = start(where, name, ["ignore", file, file]);
  closeSync(file);
  try {
    await within(once(child, "exit"), 60);
    return readFileSync(path, "utf8");
  } finally {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  }
}

/** Both streams of a run without a thread, a file each: into a pipe Bun itself may change the order then. */
async function plainlyThroughFiles(name: string): Promise<[out: string, err: string]> {
  const folder = mkdtempSync(join(tmpdir(), "awaitlet-output-"));
  const paths = [join(folder, "out"), join(folder, "err")] as const;
  const [out, err] = paths.map((path) => openSync(path, "w")) as [number, number];
  const child = start("plainly", name, ["ignore", out, err]);
  closeSync(out);
  closeSync(err);
  try {
    await within(once(child, "exit"), 60);
    return [readFileSync(paths[0], "utf8"), readFileSync(paths[1], "utf8")];
  } finally {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  }
}

const framed = (text: string) => `begin\n${text}done\n`;

/** Compares long texts, and tells only where they first differ. */
function assertSame(actual: string, expected: string): void {
  const lines = actual.split("\n");
  const expectedLines = expected.split("\n");
  const first = lines.findIndex((line, i) => line !== expectedLines[i]);
  if (first >= 0) assert.equal(lines.slice(first, first + 3), expectedLines.slice(first, first + 3));
  assert.is(lines.length, expectedLines.length);
}

test("it appears at once, while the thread is parked, in whatever way it was written", async () => {
  const child = start("on a thread", "live", ["pipe", "pipe", "pipe"]);
  let seen = "";
  const watch = async (stream: NodeJS.ReadableStream | null) => {
    if (stream === null) return;
    for await (const chunk of stream.setEncoding("utf8")) {
      seen += chunk;
      // The thread is parked until it hears that its line has been seen.
      for (const _ of String(chunk).matchAll(/☃/g)) child.stdin?.write("x");
      if (/^done$/m.test(seen)) child.stdin?.end();
    }
  };
  try {
    await within(Promise.all([watch(child.stdout), watch(child.stderr)]), 60);
  } finally {
    child.kill("SIGKILL");
  }
  const ways = ["console.log", "process.stdout", "console.error", "process.stderr", "console.info"];
  ways.push("console.warn", "console.debug", "console.table", ...(runtime === "node" ? [] : ["its own way"]));
  assert.equal(seen.match(/[a-z][\w. ]+(?= ☃)/g), ways);
});

test("both streams into one file: in the order of the calls, as without a thread", async () => {
  const expected = await throughFile("plainly", "mixed");
  assert.is(expected.split("\n").length, 50 * 13 + 1);
  assertSame(await throughFile("on a thread", "mixed"), framed(expected));
});

test("into pipes: each stream in the order of the calls, as without a thread", async () => {
  const [out, err] = await plainlyThroughFiles("mixed");
  assert.is(out.split("\n").length + err.split("\n").length, 50 * 13 + 2);
  const [threadOut, threadErr] = await throughPipes("on a thread", "mixed");
  assertSame(threadOut, framed(out));
  assertSame(threadErr, err);
});

test("the runtime's own way keeps its place among the others", async () => {
  const [out] = await throughPipes("plainly", "mixedItsWay");
  const [threadOut] = await throughPipes("on a thread", "mixedItsWay");
  assertSame(threadOut, framed(out));
  // Into a file Bun.write() writes from a thread of Bun's own, whenever that comes to it.
  if (runtime !== "bun") assertSame(await throughFile("on a thread", "mixedItsWay"), framed(out));
});

test("nothing is lost when the thread ends next", async () => {
  const lines = Array.from({ length: 1000 }, (_, i) => `line ${i} ☃\n`).join("");
  const expected = `begin\n${lines}ThreadDied: 7\n`;
  const [out, err] = await throughPipes("on a thread", "dies");
  assertSame(out, expected);
  assert.is(err, "");
  assertSame(await throughFile("on a thread", "dies"), expected);
});

test("300 kB in one call, into a pipe that is read late, arrive whole; waiting takes no processor time", async () => {
  const [out, err] = await throughPipes("on a thread", "big", 2000);
  const line = `${"☃".repeat(100_000)}\n`;
  assert.ok(out === framed(`${line}${line}end\n`), `${out.length} characters came`);
  assert.ok(Number(err) < 500, `it took ${err} ms of processor time`);
});

// Only there is it known how to have a terminal.
if (process.platform === "linux" && existsSync("/usr/bin/script")) {
  test("on a terminal it says that it is one, and how wide", async () => {
    const on = async (where: Where) => {
      const command = [...runsFile("test/fixtures/output.ts"), where, "terminal"].map((word) => `'${word}'`);
      const { NO_COLOR: _, FORCE_COLOR: __, ...env } = process.env;
      const child = spawn(
        "/usr/bin/script",
        ["--quiet", "--command", `stty cols 77 rows 33; ${command.join(" ")}`, "/dev/null"],
        { cwd: root, env: { ...env, TERM: "xterm-256color" }, stdio: ["ignore", "pipe", "inherit"] },
      );
      const text = await within(textOf(child.stdout), 60).finally(() => child.kill("SIGKILL"));
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the escapes of a terminal
      return text.replaceAll(/\x1b\[[\d;]*[A-Za-z]/g, "").replaceAll("\r", "");
    };
    const plainly = await on("plainly");
    assert.match(plainly, /^true 77 \[ 77, 33 \] (true|false) true$/m);
    assert.is(await on("on a thread"), framed(plainly));
  });
}

test.run();
