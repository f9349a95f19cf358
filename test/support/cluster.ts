import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { closedPort } from "./bad_servers.ts";

/** A Postgres server of a test's own, to be stopped and killed as it likes. Nothing else uses it. */
export interface Cluster {
  /** Its URL. It stays the same when the server is started again. */
  readonly url: string;
  /** Starts the server, and waits until it takes connections. */
  start(): Promise<void>;
  /** Ends the server: `fast` ends the sessions first, `immediate` as a crash does. */
  stop(mode: "fast" | "immediate"): Promise<void>;
  /** Kills its main process by SIGKILL; the others notice, and end as well. */
  kill(): Promise<void>;
  /** Ends the server if it runs, and removes its folder. */
  remove(): Promise<void>;
}

const SIGNALS = { fast: "SIGINT", immediate: "SIGQUIT" } as const;

/** It holds nothing that is worth a wait for the disk. */
const SETTINGS = ["fsync=off", "shared_buffers=16MB", "max_connections=40"];

/** The folder of the server's programs; `undefined` where they are not installed. */
export function serverPrograms(): string | undefined {
  // Debian has a folder for each version, and none of them in the PATH.
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...configured(), ...versions.map((version) => join(debian, version, "bin"))];
  return folders.find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")));
}

function configured(): string[] {
  try {
    return [
      execFileSync("pg_config", ["--bindir"], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }).trim(),
    ];
  } catch {
    return [];
  }
}

/** The server refuses to run as root: there it runs as the user that its package has created. */
function unprivileged(command: [string, ...string[]]): [string, ...string[]] {
  if (process.getuid?.() !== 0) return command;
  return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", ...command];
}

/**
 * Creates a cluster in a temporary folder. It is not started yet.
 *
 * @param programs What `serverPrograms()` gave.
 * @param settings Further settings of the server, each `name=value`.
 */
export async function createCluster(programs: string, settings: readonly string[] = []): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), "awaitlet-cluster-"));
  if (process.getuid?.() === 0) execFileSync("chown", ["postgres:postgres", folder]);
  const data = join(folder, "data");
  const initdb = unprivileged([join(programs, "initdb"), "-D", data, "-U", "postgres", "-A", "trust"]);
  const [program, ...args] = [...initdb, "--no-sync", "--locale=C", "--encoding=UTF8"] as [
    string,
    ...string[],
  ];
  await promisify(execFile)(program, args, { cwd: folder });
  const port = await closedPort();
  const options = [...SETTINGS, ...settings].flatMap((setting) => ["-c", setting]);
  const command = unprivileged([
    ...[join(programs, "postgres"), "-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", folder],
    ...options,
  ] as [string, ...string[]]);
  let server: Server | undefined;
  const end = async (signal: NodeJS.Signals) => {
    await server?.end(signal);
    server = undefined;
  };
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async start() {
      server = await startServer(command, folder);
    },
    stop: (mode) => end(SIGNALS[mode]),
    kill: () => end("SIGKILL"),
    async remove() {
      await end("SIGQUIT");
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

interface Server {
  end(signal: NodeJS.Signals): Promise<void>;
}

/** After a SIGKILL the processes it leaves behind take a moment to notice, and until then the folder is in use. */
async function startServer(command: [string, ...string[]], cwd: string): Promise<Server> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    // In the process group of the test: what ends a test that hangs ends its server with it.
    const [program, ...args] = command;
    const child = spawn(program, args, { cwd, stdio: ["ignore", "ignore", "pipe"] });
    const log = await readyOrEnded(child);
    if (log === undefined) return { end: (signal) => endChild(child, signal) };
    if (!/still in use|already exists|already in use/.test(log) || performance.now() > deadline) {
      throw new Error(`start a Postgres cluster: it ended at once; it said: ${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Waits until the server takes connections, or gives what it said before it ended. */
function readyOrEnded(child: ChildProcess): Promise<string | undefined> {
  let log = "";
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => resolve(log));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      if (log !== "" && log.includes("ready to accept")) return;
      log += text;
      if (log.includes("ready to accept connections")) resolve(undefined);
    });
  });
}

function endChild(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill(signal);
  });
}
