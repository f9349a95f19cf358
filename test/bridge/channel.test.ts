import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Arrived, Channel } from "../../src/bridge/channel.ts";
import { BOX_BYTES, createSharedMemory, Signal } from "../../src/bridge/signal.ts";
import { runtime } from "../../src/runtime/current.ts";

const test = suite("channel");

/** Both ends, on this thread: none may park, but each can send and take. */
function ends(memory = createSharedMemory()): { blocking: Channel; loop: Channel; close(): void } {
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

/** Takes the next packet, which may come a little later by a port. */
async function arrived(channel: Channel): Promise<Arrived> {
  for (let i = 0; i < 1000; i++) {
    const next = channel.take();
    if (next !== undefined) return next;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error("nothing has come");
}

/** Its bytes, safe from the next packet. */
async function taken(channel: Channel): Promise<Uint8Array> {
  return (await arrived(channel)).bytes.slice();
}

const SIZES = [0, 1, 127, 199, 200, 201, BOX_BYTES - 1, BOX_BYTES, BOX_BYTES + 1, 3 * BOX_BYTES];

for (const length of SIZES) {
  test(`a packet of ${length} bytes arrives, to the byte, in both directions`, async () => {
    const { blocking, loop, close } = ends();
    for (let i = 0; i < 3; i++) {
      const { bytes } = packet(length, i);
      blocking.send(packet(length, i), false);
      assert.equal(await taken(loop), bytes);
      loop.send(packet(length, i), false);
      assert.equal(await taken(blocking), bytes);
    }
    assert.is(loop.take(), undefined);
    close();
  });
}

test("packets that are sent before the first is taken keep their order, in the box and past it", async () => {
  const { blocking, loop, close } = ends();
  for (const [i, length] of SIZES.entries()) blocking.send(packet(length, i), false);
  for (const [i, length] of SIZES.entries()) assert.equal(await taken(loop), packet(length, i).bytes);
  assert.is(loop.hasArrived, false);
  close();
});

for (const length of SIZES) {
  test(`what is attached to a packet of ${length} bytes comes with it, between packets without`, async () => {
    const { blocking, loop, close } = ends();
    for (let i = 0; i < 3; i++) {
      const moved = new ArrayBuffer(100 + i);
      const shared = new SharedArrayBuffer(200 + i);
      blocking.send(packet(10, i), false);
      blocking.send({ ...packet(length, i), attachments: [moved, shared], transfer: [moved] }, false);
      assert.is(moved.byteLength, 0);
      blocking.send(packet(20, i), false);
      assert.equal(await taken(loop), packet(10, i).bytes);
      const { bytes, attachments } = await arrived(loop);
      assert.equal(bytes, packet(length, i).bytes);
      assert.equal(
        attachments.map((each) => (each as ArrayBuffer).byteLength),
        [100 + i, 200 + i],
      );
      assert.equal(await taken(loop), packet(20, i).bytes);
      // And into a box that is free, which it is not for the next one.
      blocking.send({ ...packet(length, i), attachments: [shared], transfer: [] }, false);
      assert.is(loop.isBoxed, false);
      blocking.send(packet(30, i), false);
      assert.equal((await arrived(loop)).bytes, packet(length, i).bytes);
      assert.equal(await taken(loop), packet(30, i).bytes);
    }
    close();
  });
}

test("the numbers of packets start over after 2^31 and 2^32", async () => {
  for (const last of [2 ** 31 - 3, -3]) {
    const memory = createSharedMemory();
    const signal = new Signal(memory);
    for (const lane of ["toLoop", "toBlocking"] as const) {
      signal.publish(lane, last);
      signal.take(lane, last);
    }
    const { blocking, loop, close } = ends(memory);
    for (let i = 0; i < 8; i++) {
      const length = i % 2 === 0 ? 10 : BOX_BYTES + 1;
      const number = blocking.send(packet(length, i), false);
      assert.is(blocking.wasTaken(number), false, `${i} is not taken`);
      assert.is(loop.hasArrived, true);
      assert.equal(await taken(loop), packet(length, i).bytes);
      assert.is(blocking.wasTaken(number), true, `${i} is taken`);
      // Two at a time, the second of which does not find the box free.
      loop.send(packet(10, i), false);
      loop.send(packet(11, i), false);
      assert.equal(await taken(blocking), packet(10, i).bytes);
      assert.equal(await taken(blocking), packet(11, i).bytes);
    }
    assert.is(loop.hasArrived || blocking.hasArrived, false);
    close();
  }
});

test("who looks is not poked, who does not is", async () => {
  const { blocking, loop, close } = ends();
  let pokes = 0;
  loop.listen(() => pokes++);
  const settle = () => new Promise((resolve) => setTimeout(resolve, 30));
  loop.attentive = true;
  blocking.send(packet(5), true);
  await settle();
  assert.is(pokes, 0);
  assert.is(loop.hasArrived, true);
  loop.take();
  loop.attentive = false;
  blocking.send(packet(5), true);
  await settle();
  assert.is(pokes, 1);
  close();
});

test.run();
