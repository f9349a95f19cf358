/**
 * An HTTP server under 50 clients that keep their connections, each request one point query.
 *
 * @module
 */

import { type ChildProcess, spawn } from "node:child_process";
import { connect } from "node:net";
import { runsPlain } from "../built.ts";
import { atLeast, atMost, type Case, type Contender } from "../figure.ts";
import { quantile } from "../measure.ts";
import { dropTable, type Table, theTable } from "../postgres/table.ts";
import { together } from "../together.ts";

const CLIENTS = 50;
const FIRST = 200;

const FIGURES = ["requests", "p99", "memory", `first ${FIRST}`] as const;
type Figures = Record<(typeof FIGURES)[number], number>;

/** What a server's process says next. */
function heard<T>(server: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    server.once("message", (message) => resolve(message as T));
    server.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
  });
}

/** One client: asks, waits, asks again. It calls `onAnswer` with when each answer came, and what it took. */
function client(
  port: number,
  lane: number,
  end: number,
  onAnswer: (at: number, ms: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1").setEncoding("latin1");
    let id = lane;
    let asked = 0;
    let text = "";
    const ask = () => {
      id = (id * 7 + 13) % 1000;
      asked = performance.now();
      socket.write(`GET /${id + 1} HTTP/1.1\r\nhost: bench\r\n\r\n`);
    };
    socket.on("connect", ask).on("error", reject);
    socket.on("data", (data: string) => {
      text += data;
      const body = text.indexOf("\r\n\r\n");
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? Number.POSITIVE_INFINITY);
      if (body < 0 || text.length < body + 4 + length) return;
      if (!text.includes(`"id":${id + 1},`)) reject(new Error(`a wrong answer: ${text.slice(0, 200)}`));
      text = "";
      const now = performance.now();
      onAnswer(now, now - asked);
      if (now < end) ask();
      else socket.end(resolve);
    });
  });
}

/** Starts a server and has the clients ask it for so long. Its rate and its p99 are those of the second half. */
async function serve(who: string, table: Table, ms: number): Promise<Figures> {
  const [command, ...rest] = runsPlain("../programs/server.mjs");
  const server = spawn(command, [...rest, who, table.url, table.name], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  try {
    const { port } = await heard<{ port: number }>(server);
    const from = performance.now();
    const end = from + ms;
    const answers: { at: number; took: number }[] = [];
    const onAnswer = (at: number, took: number) => answers.push({ at, took });
    await Promise.all(Array.from({ length: CLIENTS }, (_, lane) => client(port, lane, end, onAnswer)));
    server.send("memory");
    const { memory } = await heard<{ memory: number }>(server);
    const later = answers.filter(({ at }) => at > from + ms / 2);
    const span = (answers.at(-1)?.at ?? end) - (from + ms / 2);
    return {
      requests: (span * 1000) / later.length,
      p99: quantile(
        later.map(({ took }) => took),
        0.99,
      ),
      memory: memory / 2 ** 20,
      [`first ${FIRST}`]: (answers[FIRST - 1]?.at ?? end) - from,
    } as Figures;
  } finally {
    server.kill("SIGKILL");
  }
}

const UNITS: Record<keyof Figures, string> = {
  requests: "µs",
  p99: "ms",
  memory: "MiB",
  [`first ${FIRST}`]: "ms",
};

const REACH = {
  requests: atLeast(0.7),
  p99: atMost(1.6),
  memory: atMost(2),
  [`first ${FIRST}`]: atMost(2),
};

/**
 * awaitlet/postgres on the default pool beside postgres.js. Where more queries wait than it has connections, postgres.js' queue
 * grows, and it slows down under lasting load: so it is measured as it is, and with at most as many queries at once as connections.
 */
export const server = (quick: boolean): Case => {
  const ms = quick ? 1500 : 6000;
  const of = (name: string, who: string): Contender[] =>
    together(name, FIGURES, async () => serve(who, await theTable(), ms));
  const natives = quick ? ["postgres.js"] : ["postgres.js", "postgres.js, 10 at once"];
  return {
    name: "server",
    unit: "µs",
    effort: { rounds: quick ? 1 : 5, warmUp: 0 },
    contenders: [
      ...of("awaitlet/postgres", "awaitlet"),
      ...of("postgres.js", "native"),
      ...(quick ? [] : of("postgres.js, 10 at once", "native-10")),
    ],
    comparisons: natives.flatMap((native) =>
      FIGURES.map((figure) => ({
        ours: `awaitlet/postgres, ${figure}`,
        theirs: `${native}, ${figure}`,
        against: `${figure}: ${native}`,
        unit: UNITS[figure],
        reach: REACH[figure] as NonNullable<(typeof REACH)[keyof typeof REACH]>,
      })),
    ),
    close: dropTable,
  };
};
