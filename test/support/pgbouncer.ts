import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { closedPort } from "./bad_servers.ts";

/** A PgBouncer of a test's own, in transaction mode: a session is another client's after each transaction. */
export interface PgBouncer {
  /** The URL of a database by way of it. */
  readonly url: string;
  stop(): void;
}

const PROGRAMS = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"];

/** The program; `undefined` where it is not installed. */
export function pgbouncerProgram(): string | undefined {
  return PROGRAMS.find((path) => existsSync(path));
}

/**
 * Starts a PgBouncer before a server.
 *
 * @param program What `pgbouncerProgram()` gave.
 * @param server The URL of a database.
 */
export async function startPgBouncer(program: string, server: string): Promise<PgBouncer> {
  const folder = mkdtempSync(join(tmpdir(), "awaitlet-pgbouncer-"));
  const port = await closedPort();
  const { hostname, port: serverPort, username, pathname } = new URL(server);
  const [settings, users] = [join(folder, "pgbouncer.ini"), join(folder, "users.txt")];
  writeFileSync(users, `"${username}" ""\n`);
  writeFileSync(
    settings,
    `[databases]
* = host=${hostname} port=${serverPort || 5432} user=${username}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${users}
pool_mode = transaction
default_pool_size = 2
`,
  );
  const [command, ...args] = unprivileged([program, settings], [folder, settings, users]);
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"] });
  const stop = () => {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await answers(child, port);
  } catch (error) {
    stop();
    throw error;
  }
  return { url: `postgres://${username}@127.0.0.1:${port}${pathname}`, stop };
}

/** It refuses to run as root: there it runs as the server's user, who must be able to read its files. */
function unprivileged(command: [string, ...string[]], paths: readonly string[]): [string, ...string[]] {
  if (process.getuid?.() !== 0) return command;
  execFileSync("chown", ["postgres:postgres", ...paths]);
  return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", ...command];
}

async function answers(child: ChildProcess, port: number): Promise<void> {
  let log = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  for (let i = 0; i < 200; i++) {
    if (child.exitCode !== null) break;
    const isThere = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      socket.on("connect", () => socket.destroy());
    });
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`start PgBouncer: it does not answer; it said: ${log}`);
}
