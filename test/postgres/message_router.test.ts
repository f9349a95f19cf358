// What comes from the server is told apart the same, however the network cuts it.

import { Buffer } from "node:buffer";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Answer, Exchange } from "../../src/postgres/protocol/exchange.ts";
import { MessageRouter } from "../../src/postgres/protocol/message_router.ts";
import { packAnswer } from "../../src/postgres/protocol/query_exchange.ts";
import { numberColumns } from "../../src/postgres/query/packed_result.ts";
import { Result } from "../../src/postgres/query/result.ts";

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
const unasked = Buffer.concat([message("S", "TimeZone\0UTC\0"), message("N", "SNOTICE\0Mhello\0\0")]);
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

const all = Buffer.concat([unasked, ...first, ...second, ...third, after]);

/** What becomes of it all when it comes in pieces of these lengths. */
function receive(lengths: (at: number) => number): void {
  const notifications: [string, string][] = [];
  const settings: [string, string][] = [];
  const answers: (Answer | undefined)[] = [];
  const router = new MessageRouter({
    onNotification: (...heard) => notifications.push(heard),
    onSetting: (...heard) => settings.push(heard),
    onCopyIn: () => assert.unreachable(),
  });
  let at = 0;
  const feed = (end: number) => {
    while (at < end) {
      const next = Math.min(end, at + lengths(at));
      router.receive(all.subarray(at, next));
      at = next;
    }
  };
  feed(unasked.length);
  for (let i = 0; i < 3; i++) router.expect(new Exchange((answer) => answers.push(answer)));
  assert.is(router.isBusy, true);
  feed(all.length);
  assert.is(router.isBusy, false);
  assert.equal(notifications, [["channel", "payload"]]);
  assert.equal(settings, [
    ["TimeZone", "UTC"],
    ["TimeZone", "CET"],
  ]);
  const [one, two, three] = answers as [Answer, Answer, Answer];
  const result = new Result(packAnswer(one, numberColumns("25tid\x0025tdata")));
  assert.equal(result.all(), [
    { id: "1", data: "a" },
    { id: "2", data: long },
    { id: "3", data: null },
    { id: "4", data: "" },
  ]);
  assert.equal([one.rowCount, one.command, one.status, one.error], [4, "SELECT", "T", undefined]);
  assert.equal([two.rowCount, two.command, two.status, two.rowsBehind(0).length], [12, "INSERT", "I", 0]);
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
  const incoming = new MessageRouter({ onNotification: () => {}, onSetting: () => {}, onCopyIn: () => {} });
  for (let i = 0; i < 2; i++) incoming.expect(new Exchange((answer) => answers.push(answer)));
  incoming.receive(message("E", "SFATAL\0VFATAL\0C57P01\0Mterminating\0\0"));
  incoming.lose();
  assert.is(answers[0]?.error?.code, "57P01");
  assert.equal(answers.slice(1), [undefined]);
  assert.is(incoming.isBusy, false);
});

test("a server that says twice that it is ready does not end what has not begun", () => {
  const answers: (Answer | undefined)[] = [];
  const router = new MessageRouter({ onNotification: () => {}, onSetting: () => {}, onCopyIn: () => {} });
  for (let i = 0; i < 2; i++) router.expect(new Exchange((answer) => answers.push(answer)));
  router.receive(Buffer.concat([third[0] as Buffer, ready("E"), ready("E"), ...second]));
  assert.equal(
    answers.map((answer) => [answer?.error?.code, answer?.rowCount, answer?.status]),
    [
      ["23505", 0, "E"],
      [undefined, 12, "I"],
    ],
  );
});

test.run();
