// What comes from the server is told apart the same, however the network cuts it.

import { Buffer } from "node:buffer";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Result } from "../../src/postgres/result.ts";
import { type Answer, Exchange } from "../../src/postgres/server/exchange.ts";
import { Incoming } from "../../src/postgres/server/incoming.ts";

const test = suite("postgres: what comes from the server");

function message(kind: string, body: Buffer | string): Buffer {
  const bytes = Buffer.from(body);
  const head = Buffer.alloc(5);
  head.write(kind, 0, "latin1");
  head.writeUInt32BE(bytes.length + 4, 1);
  return Buffer.concat([head, bytes]);
}

function row(...values: (string | null)[]): Buffer {
  const parts = values.map((value) => {
    const text = Buffer.from(value ?? "");
    const length = Buffer.alloc(4);
    length.writeInt32BE(value === null ? -1 : text.length);
    return Buffer.concat([length, text]);
  });
  return message("D", Buffer.concat([Buffer.from([0, values.length]), ...parts]));
}

const ready = (status: string) => message("Z", status);
const startUp = Buffer.concat([
  message("R", "\0\0\0\0"),
  message("S", "TimeZone\0UTC\0"),
  message("K", "\0\0\x01\x02\0\0\x03\x04"),
  ready("I"),
]);
const notice = message("N", "SNOTICE\0Mhello\0\0");
const notification = message("A", "\0\0\0\x07channel\0payload\0");
const long = "é".repeat(300);
const first = [
  message("1", ""),
  message("2", ""),
  row("1", "a"),
  notice,
  row("2", long),
  row("3", null),
  notification,
  row("4", ""),
  message("C", "SELECT 4\0"),
  ready("T"),
];
const second = [message("2", ""), message("C", "INSERT 0 12\0"), ready("I")];
const third = [message("E", "SERROR\0VERROR\0C23505\0Mno\0nkey\0\0"), ready("E")];
const after = message("S", "TimeZone\0CET\0");

const all = Buffer.concat([startUp, ...first, ...second, ...third, after]);
const passed = Buffer.concat([startUp, notice, notification, after]);

/** What becomes of it all when it comes in pieces of these lengths. */
function receive(lengths: (at: number) => number): void {
  const seen: Buffer[] = [];
  const answers: (Answer | undefined)[] = [];
  const incoming = new Incoming(
    (bytes) => seen.push(Buffer.from(bytes)),
    () => assert.unreachable(),
  );
  let at = 0;
  const feed = (end: number) => {
    while (at < end) {
      const next = Math.min(end, at + lengths(at));
      incoming.receive(all.subarray(at, next));
      at = next;
    }
  };
  feed(startUp.length);
  assert.equal([...(incoming.cancelKey ?? [])], [0, 0, 1, 2, 0, 0, 3, 4]);
  for (let i = 0; i < 3; i++) incoming.expect(new Exchange((answer) => answers.push(answer)));
  assert.is(incoming.isBusy, true);
  feed(all.length);
  assert.is(incoming.isBusy, false);
  assert.is(Buffer.compare(Buffer.concat(seen), passed), 0);
  const [one, two, three] = answers as [Answer, Answer, Answer];
  const { rows, rowCount, command } = one;
  const result = new Result({ columns: "25tid\x0025tdata", rows, rowCount, command });
  assert.equal(result.all(), [
    { id: "1", data: "a" },
    { id: "2", data: long },
    { id: "3", data: null },
    { id: "4", data: "" },
  ]);
  assert.equal([one.rowCount, one.command, one.status, one.error], [4, "SELECT", "T", undefined]);
  assert.equal([two.rowCount, two.command, two.status, two.rows.length], [12, "INSERT", "I", 0]);
  assert.equal(three.error, { severity: "ERROR", code: "23505", message: "no", constraint_name: "key" });
  assert.is(three.status, "E");
}

test("in one piece", () => receive(() => all.length));

test("byte by byte", () => receive(() => 1));

test("cut in two, anywhere", () => {
  for (let cut = 1; cut < all.length; cut++) receive((at) => (at < cut ? cut - at : all.length));
});

test("in pieces of any one length", () => {
  for (let length = 2; length < 64; length++) receive(() => length);
});

test("what was under way when the connection is lost is told, and why where the server said so", () => {
  const answers: (Answer | undefined)[] = [];
  const incoming = new Incoming(
    () => {},
    () => {},
  );
  for (let i = 0; i < 2; i++) incoming.expect(new Exchange((answer) => answers.push(answer)));
  incoming.receive(message("E", "SFATAL\0VFATAL\0C57P01\0Mterminating\0\0"));
  incoming.lose();
  assert.is(answers[0]?.error?.code, "57P01");
  assert.equal(answers.slice(1), [undefined]);
  assert.is(incoming.isBusy, false);
});

test.run();
