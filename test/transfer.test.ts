import { once } from "node:events";
import { MessageChannel } from "node:worker_threads";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { blockingModule, NotTransferable, syncDef, transfer } from "../mod.ts";
import * as plain from "./fixtures/transfer.ts";
import { rejection, within } from "./support/within.ts";

const test = suite("transfer");

const logic = blockingModule<typeof plain>(new URL("./fixtures/transfer.ts", import.meta.url));

/** Small ones go through shared memory where they are copied, large ones by the port. */
const sizes = [0, 1, 1000, 16_384, 1_000_000];

test("an argument moves, and is detached afterwards", async () => {
  for (const size of sizes) {
    const bytes = new Uint8Array(size).fill(1);
    const task = logic.ends(transfer(bytes, [bytes.buffer]));
    assert.is(bytes.byteLength, 0);
    assert.is(bytes.buffer.detached ?? true, true);
    assert.equal(await within(task), size === 0 ? [0, undefined, undefined] : [size, 1, 1]);
  }
});

test("without it a buffer is copied, and stays", async () => {
  for (const size of sizes) {
    const bytes = new Uint8Array(size).fill(2);
    await within(logic.ends(bytes));
    assert.is(bytes.byteLength, size);
  }
});

test("a result moves", async () => {
  for (const size of sizes) {
    const bytes = await within(logic.give(size));
    assert.equal([bytes.length, bytes.at(-1)], [size, size === 0 ? undefined : 5]);
  }
});

for (const [name, run] of Object.entries({
  asyncDef: (size: number, moves: boolean) => within(logic.throughAsync(size, moves)),
  syncDef: async (size: number, moves: boolean) => syncDef(plain.throughAsync, size, moves),
})) {
  test(`to async code and back, under ${name}`, async () => {
    for (const size of sizes.slice(1)) {
      assert.equal(await run(size, true), [[size, 6, 6], 0, [size, 3, 3], 0]);
      assert.equal(await run(size, false), [[size, 6, 6], size, [size, 3, 3], size]);
    }
  });

  test(`64 MiB, under ${name}`, async () => {
    const size = 64 * 2 ** 20;
    assert.equal(await run(size, true), [[size, 6, 6], 0, [size, 3, 3], 0]);
  });
}

test("64 MiB from here and back", async () => {
  const size = 64 * 2 ** 20;
  const bytes = new Uint8Array(size).fill(1);
  assert.equal(await within(logic.ends(transfer(bytes, [bytes.buffer]))), [size, 1, 1]);
  assert.is(bytes.byteLength, 0);
  assert.is((await within(logic.give(size))).byteLength, size);
});

test("into a callback", async () => {
  assert.equal(await within(logic.inCallback()), [[1000, 4, 4], 0]);
  assert.equal(syncDef(plain.inCallback), [[1000, 4, 4], 0]);
});

test("views of one buffer are views of one on the other side", async () => {
  const buffer = new ArrayBuffer(16);
  const given = { whole: new Uint8Array(buffer), part: new Uint16Array(buffer, 4, 2), buffer };
  assert.equal(await within(logic.views(given)), [true, true]);
  assert.equal(await within(logic.views(transfer(given, [buffer]))), [true, true]);
  assert.is(given.whole.length, 0);
});

test("a view of part of a buffer takes all of it along", async () => {
  const whole = new Uint8Array(1000).fill(8);
  const part = whole.subarray(10, 20);
  assert.equal(await within(logic.ends(transfer(part, [whole.buffer]))), [10, 8, 8]);
  assert.equal([whole.byteLength, part.byteLength], [0, 0]);
});

test("a buffer that stands twice, or is named twice, moves once", async () => {
  const buffer = new ArrayBuffer(16);
  const given = { whole: new Uint8Array(buffer), part: new Uint16Array(buffer, 4, 2), buffer };
  assert.equal(await within(logic.views(transfer(given, [buffer, buffer]))), [true, true]);
});

test("where something beside it is refused, the buffer stays", async () => {
  const bytes = new Uint8Array(100).fill(9);
  const value = transfer({ bytes, handle: Symbol("handle") }, [bytes.buffer]);
  const error = await rejection(logic.ends(value as never));
  assert.instance(error, NotTransferable);
  assert.equal([bytes.byteLength, bytes[99]], [100, 9]);
  assert.equal(await within(logic.ends(bytes)), [100, 9, 9]);

  const expected = ["NotTransferable", 100, [100, 7, 7]];
  assert.equal((await within(logic.refusedBeside())).slice(0, 3), expected);
  assert.equal(syncDef(plain.refusedBeside).slice(0, 3), expected);
});

test("what has moved cannot be sent again", async () => {
  const bytes = new Uint8Array(100);
  await within(logic.ends(transfer(bytes, [bytes.buffer])));
  const error = await rejection(logic.ends(bytes));
  assert.instance(error, NotTransferable);
  assert.match((error as Error).message, /detached/);
});

test("only ArrayBuffers move", () => {
  const shared = new SharedArrayBuffer(4);
  for (const wrong of [new Uint8Array(4), shared, {}, null, undefined]) {
    assert.throws(() => transfer(1, [wrong as never]), /^transfer: .* cannot move; name ArrayBuffers/);
  }
  assert.is(transfer("any value", []), "any value");
});

test("the pool that small Buffers share is not taken away", async () => {
  const pooled = Buffer.from("pooled");
  const neighbour = Buffer.from("neighbour");
  await within(logic.ends(transfer(pooled, [pooled.buffer as ArrayBuffer])).catch(() => {}));
  // Where the runtime has no such pool each Buffer has memory of its own.
  if (pooled.buffer === neighbour.buffer) assert.is(String(neighbour), "neighbour");
  assert.is(String(Buffer.from("the next")), "the next");
});

test("a SharedArrayBuffer is shared, both ways", async () => {
  const shared = new Int32Array(new SharedArrayBuffer(4));
  const back = await within(logic.shares(shared));
  assert.is(shared[0], 2);
  assert.ok(back.buffer instanceof SharedArrayBuffer);
  back[0] = 10;
  assert.is(shared[0], 10);

  const there = syncDef(plain.shares, shared);
  assert.is(shared[0], 12);
  there[0] = 20;
  assert.is(shared[0], 20);
});

test("a MessagePort moves, and works there", async () => {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage("asked");
  const answered = once(port1, "message");
  assert.is(await within(logic.usesPort(port2)), "asked");
  const [message] = (await within(answered)) as [unknown];
  assert.equal(message, { answer: "asked" });
  port1.close();
});

test.run();
