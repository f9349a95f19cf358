import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runtime } from "../../src/runtime/current.ts";
import { Bridge, bridgeCells, createBridgeMemory, RING_BYTES } from "../../src/transport/cells.ts";
import { Channel } from "../../src/transport/channel.ts";
import { LARGEST_INLINE } from "../../src/transport/message_ring.ts";

const test = suite("channel");

/** Both ends, on this thread: none may park, but each can send and read. */
function ends(memory = createBridgeMemory()): { blocking: Channel; loop: Channel; close(): void } {
  const { port, handle } = runtime.createChannel();
  const other = runtime.adoptPort(handle);
  return {
    blocking: new Channel(memory, port, "blocking"),
    loop: new Channel(memory, other, "loop"),
    close() {
      port.close();
      other.close();
    },
  };
}

const packet = (length: number, first = 1) => {
  const bytes = new Uint8Array(length).map((_, i) => (first + i * 7) & 0xff);
  return { bytes, attachments: [], transfer: [] };
};

/** Comes to the next message, a part of which may come a little later by a port. */
async function arrived(channel: Channel): Promise<void> {
  for (let i = 0; i < 1000; i++) {
    if (channel.next()) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error("nothing has come");
}

/** The next message's bytes, safe from the one after it. */
async function taken(channel: Channel): Promise<Uint8Array> {
  await arrived(channel);
  return channel.packet().bytes.slice();
}

const SIZES = [
  0,
  1,
  3,
  4,
  63,
  64,
  65,
  4096,
  LARGEST_INLINE - 1,
  LARGEST_INLINE,
  LARGEST_INLINE + 1,
  RING_BYTES + 1,
];

for (const length of SIZES) {
  test(`a message of ${length} bytes arrives, to the byte, with its numbers, in both directions`, async () => {
    const { blocking, loop, close } = ends();
    for (let i = 0; i < 3; i++) {
      const { bytes } = packet(length, i);
      blocking.send(7, i, -i, 2 ** 31 - 1, -(2 ** 31), packet(length, i));
      await arrived(loop);
      assert.equal(
        [loop.message.kind, loop.message.a, loop.message.b, loop.message.c, loop.message.d],
        [7, i, -i || 0, 2 ** 31 - 1, -(2 ** 31)],
      );
      assert.equal(loop.packet().bytes, bytes);
      loop.send(255, i, 0, 0, 0, packet(length, i));
      await arrived(blocking);
      assert.is(blocking.message.kind, 255);
      assert.equal(blocking.packet().bytes, bytes);
    }
    assert.is(loop.next(), false);
    close();
  });
}

const TEXTS = ["", "a", "plain", "\u00e9\u00fc", "\u{1f600}", "x".repeat(5000), "\u20ac".repeat(5000)];

for (const text of TEXTS) {
  test(`a text of ${text.length} characters, ${JSON.stringify(text.slice(0, 3))}, arrives`, () => {
    const { blocking, loop, close } = ends();
    for (let i = 0; i < 3; i++) {
      assert.is(blocking.sendText(1, i, 0, 0, 0, text), true);
      assert.is(loop.next(), true);
      assert.is(loop.text(), text);
    }
    close();
  });
}

test("a text that could be too long is left to the codec", () => {
  const { blocking, close } = ends();
  assert.is(blocking.sendText(1, 0, 0, 0, 0, "x".repeat(LARGEST_INLINE)), false);
  close();
});

test("messages that are sent before the first is read keep their order, in the ring and past it", async () => {
  const { blocking, loop, close } = ends();
  for (const [i, length] of SIZES.entries()) blocking.send(1, 0, 0, 0, 0, packet(length, i));
  for (const [i, length] of SIZES.entries()) assert.equal(await taken(loop), packet(length, i).bytes);
  assert.is(loop.hasArrived, false);
  close();
});

for (const length of SIZES) {
  test(`what is attached to a message of ${length} bytes comes with it, between messages without`, async () => {
    const { blocking, loop, close } = ends();
    for (let i = 0; i < 3; i++) {
      const moved = new ArrayBuffer(100 + i);
      const shared = new SharedArrayBuffer(200 + i);
      blocking.send(1, 0, 0, 0, 0, packet(10, i));
      blocking.send(1, 0, 0, 0, 0, { ...packet(length, i), attachments: [moved, shared], transfer: [moved] });
      assert.is(moved.byteLength, 0);
      blocking.send(1, 0, 0, 0, 0, packet(20, i));
      assert.equal(await taken(loop), packet(10, i).bytes);
      await arrived(loop);
      const { bytes, attachments } = loop.packet();
      assert.equal(bytes, packet(length, i).bytes);
      assert.equal(
        attachments.map((each) => (each as ArrayBuffer).byteLength),
        [100 + i, 200 + i],
      );
      assert.equal(await taken(loop), packet(20, i).bytes);
    }
    close();
  });
}

test("what has no room in the ring waits, in order, and comes when the other end has read", async () => {
  const { blocking, loop, close } = ends();
  const lengths = Array.from({ length: 40 }, (_, i) =>
    i % 5 === 4 ? LARGEST_INLINE + i : LARGEST_INLINE - i,
  );
  for (const [i, length] of lengths.entries()) blocking.send(1, i, 0, 0, 0, packet(length, i));
  assert.is(blocking.flush(), false);
  assert.is(blocking.sendText(1, 0, 0, 0, 0, "no place"), false);
  for (const [i, length] of lengths.entries()) {
    await arrived(loop);
    assert.is(loop.message.a, i);
    assert.equal(loop.packet().bytes, packet(length, i).bytes);
    blocking.flush();
  }
  assert.is(blocking.flush(), true);
  close();
});

test("the ring goes round many times, whatever the lengths, and its cursors start over", async () => {
  for (const cursor of [0, 2 ** 31 - 4096, -4096]) {
    const memory = createBridgeMemory();
    const cells = bridgeCells(memory);
    for (const cell of [
      Bridge.writtenToBlocking,
      Bridge.readByBlocking,
      Bridge.writtenToLoop,
      Bridge.readByLoop,
    ]) {
      cells[cell] = cursor;
    }
    const { blocking, loop, close } = ends(memory);
    let seed = 1;
    const random = (below: number) => {
      seed = (seed * 48271) % 2147483647;
      return seed % below;
    };
    const sent: Uint8Array[] = [];
    for (let i = 0; i < 3000; i++) {
      if (sent.length < 6 && random(2) === 0) {
        const next = packet(random(4) === 0 ? random(60_000) : random(300), i);
        blocking.send(1, i, 0, 0, 0, next);
        sent.push(next.bytes);
      } else if (sent.length > 0) {
        blocking.flush();
        assert.equal(await taken(loop), sent.shift());
      }
    }
    close();
  }
});

test("a wake-up reaches the event loop of the other end, and carries nothing", async () => {
  const { blocking, loop, close } = ends();
  let woken = 0;
  loop.listen(() => woken++);
  blocking.send(1, 0, 0, 0, 0, packet(5));
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.is(woken, 0);
  blocking.wake();
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.is(woken, 1);
  assert.equal(await taken(loop), packet(5).bytes);
  assert.is(loop.next(), false);
  close();
});

test.run();
