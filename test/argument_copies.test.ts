// Arguments are what they are at the call, whenever a thread takes the task.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { blockingModule, type NotTransferable, registerClass, transfer } from "../mod.ts";
import { Money } from "./fixtures/classes/money.ts";
import { isWaiting, open } from "./fixtures/loop_side.ts";
import { type TestPool, until, withPool } from "./support/pool.ts";
import { rejection, within } from "./support/within.ts";
import { difference } from "./wire/round_trip.ts";

const test = suite("arguments are copied at the call");

const logic = blockingModule<typeof import("./fixtures/argument_copies.ts")>(
  new URL("./fixtures/argument_copies.ts", import.meta.url),
);
const busy = blockingModule<typeof import("./fixtures/busy.ts")>(
  new URL("./fixtures/busy.ts", import.meta.url),
);

/** More tasks than the queue in shared memory has room for. */
const MANY = 300;

const WAITS: Record<string, (pool: TestPool, use: () => Promise<void>) => Promise<void>> = {
  "a thread takes it at once": async (_, use) => {
    await use();
  },
  "it waits for a thread": async ({ on, threads }, use) => {
    const parks = on(busy.parks, "copies");
    await until(() => isWaiting("copies"), "the only thread is parked");
    const used = use();
    // All that `use()` does before it awaits is done, and nothing of that runs.
    assert.ok(threads.stats().queued > 0);
    open("copies");
    await within(Promise.all([parks, used]));
  },
  "the queue is full": async ({ on }, use) => {
    const parks = on(busy.parks, "copies");
    await until(() => isWaiting("copies"), "the only thread is parked");
    const others = Array.from({ length: MANY }, () => on(busy.thread));
    const used = use();
    open("copies");
    await within(Promise.all([parks, used, ...others]), 30);
  },
};

/** A value, and what its owner does to it after the call. */
type Changing = [value: unknown, change: () => void];

function changing<T extends object>(value: T, change: (value: T) => void): Changing {
  return [value, () => change(value)];
}

class Place {
  x = 1;
}

const CHANGES: Record<string, () => Changing> = {
  "a map": () => changing(new Map([["a", { b: 1 }]]), (map) => map.clear()),
  "a set": () => changing(new Set([1, 2]), (set) => set.add(3)),
  "an array": () => changing([1, [2]], (array) => array.splice(0, 2, 3)),
  "an array of rows": () =>
    changing(
      Array.from({ length: 10 }, (_, id) => ({ id, at: new Date(id) })),
      (rows) => {
        for (const row of rows) row.at.setTime(0);
      },
    ),
  "an array with a hole": () => changing([1, , 3], (array) => array.fill(0)),
  "a date": () => changing(new Date(5), (date) => date.setTime(0)),
  "a plain object": () => changing({ a: 1 } as Record<string, number>, (object) => delete object.a),
  "what is nested": () => changing({ a: { b: [{ c: 1 }] } }, ({ a }) => a.b.pop()),
  "an object without a prototype": () =>
    changing(Object.assign(Object.create(null), { a: 1 }), (object) => delete object.a),
  "a typed array": () => changing(new Uint16Array([1, 2, 3]), (array) => array.fill(0)),
  "a large typed array": () => changing(new Uint8Array(500_000).fill(1), (array) => array.fill(0)),
  "a Buffer": () => changing(Buffer.from("abc"), (buffer) => buffer.fill(0)),
  "views of one buffer": () => {
    const buffer = new ArrayBuffer(8);
    return changing({ buffer, view: new Uint8Array(buffer, 2, 3) }, ({ view }) => view.fill(1));
  },
  "an object of a class without methods": () =>
    changing(new Place(), (place) => {
      place.x = 2;
    }),
  "a URL": () =>
    changing(new URL("http://host/a"), (url) => {
      url.pathname = "/b";
    }),
  "an error": () =>
    changing(Object.assign(new RangeError("one"), { code: 1 }), (error) => {
      error.message = "two";
      error.code = 2;
    }),
  "a value that stands twice": () => {
    const twice = { n: 1 };
    return changing([twice, twice], () => {
      twice.n = 2;
    });
  },
};

for (const [when, waits] of Object.entries(WAITS)) {
  test(`values that change, where ${when}`, async () => {
    await withPool({ max: 1 }, async (pool) => {
      for (const [name, make] of Object.entries(CHANGES)) {
        const right = await within(pool.on(logic.seen, make()[0]));
        await waits(pool, async () => {
          const [value, change] = make();
          const copy = pool.on(logic.seen, value);
          change();
          assert.is(difference(right, await copy), "", name);
        });
      }
    });
  });

  test(`a generator's arguments, where ${when}`, async () => {
    await withPool({ max: 1 }, async (pool) => {
      await waits(pool, async () => {
        const map = new Map([["a", 1]]);
        const ask = () => 1;
        const all = pool.on(logic.eachSeen, map, ask);
        map.clear();
        const items: unknown[] = [];
        for await (const item of await all) items.push(item);
        assert.equal([...(items[0] as Map<string, number>)], [["a", 1]]);
        assert.is(items[1], ask);
      });
    });
  });

  test(`an accessor that starts a task itself, where ${when}`, async () => {
    await withPool({ max: 1 }, async (pool) => {
      await waits(pool, async () => {
        const inner: Promise<unknown>[] = [];
        const given = {
          before: new Map([["a", 1]]),
          get starts() {
            inner.push(pool.on(logic.seen, new Map([["inner", 1]])));
            return inner.length;
          },
        };
        const outer = await pool.on(logic.seen, given);
        assert.equal(outer, { before: new Map([["a", 1]]), starts: 1 });
        assert.equal(await Promise.all(inner), [new Map([["inner", 1]])]);
      });
    });
  });

  test(`buffers that move are detached at the call, where ${when}`, async () => {
    await withPool({ max: 1 }, async (pool) => {
      await waits(pool, async () => {
        const tasks = [0, 1, 1000, 500_000].map((length) => {
          const bytes = new Uint8Array(length).fill(length % 7);
          const task = pool.on(logic.size, transfer(bytes, [bytes.buffer]));
          assert.is(bytes.length, 0);
          assert.is(bytes.buffer.detached ?? true, true);
          return task;
        });
        assert.equal(await Promise.all(tasks), [
          [0, undefined],
          [1, 1],
          [1000, 6],
          [500_000, 4],
        ]);
      });
    });
  });

  test(`functions, methods and live objects are the caller's own, where ${when}`, async () => {
    class Named {
      name = "ann";
      shout() {
        return this.name.toUpperCase();
      }
    }
    await withPool({ max: 1 }, async (pool) => {
      await waits(pool, async () => {
        const counter = {
          n: 0,
          count() {
            return ++this.n;
          },
        };
        const given = new Map([["counter", counter]]);
        const tasks = [
          pool.on(logic.called, async () => "answer"),
          pool.on(logic.asked, counter),
          pool.on(logic.liveName, new Named()),
          pool.on(logic.seen, { given }),
        ];
        assert.equal((await Promise.all(tasks)).slice(0, 3), ["answer", 2, ["ann", "ANN"]]);
        assert.is(counter.n, 2);
      });
    });
  });

  test(`objects of registered classes cross as they were, where ${when}`, async () => {
    class Till {
      cents: number;
      constructor(cents: number) {
        this.cents = cents;
      }
      add(cents: number) {
        this.cents += cents;
      }
    }
    registerClass(Till, {
      module: new URL("./fixtures/classes/money.ts", import.meta.url).href,
      name: "Money",
      toData: ({ cents }) => ({ cents, partner: undefined }),
      fromData: () => {
        throw new Error("it is made on the other side alone");
      },
    });
    try {
      await withPool({ max: 1 }, async (pool) => {
        await waits(pool, async () => {
          const till = new Till(5);
          const task = pool.on(logic.cents, { money: [new Money(1), till as unknown as Money] });
          till.add(100);
          assert.equal(await task, [1, 5]);
        });
      });
    } finally {
      registerClass(Money, {
        module: new URL("./fixtures/classes/money.ts", import.meta.url).href,
        toData: ({ cents, partner }) => ({ cents, partner }),
        fromData: ({ cents, partner }) => new Money(cents, partner),
      });
    }
  });
}

test("what cannot cross is refused at the call, by the same path", async () => {
  const path = async (task: PromiseLike<unknown>) => ((await rejection(task)) as NotTransferable).path;
  await withPool({ max: 1 }, async ({ on }) => {
    const refused = () => on(logic.seen, { a: [1, new Map([["b", new WeakMap()]])] });
    assert.is(await path(refused()), 'arguments[0].a[1].get("b")');
    const parks = on(busy.parks, "refused");
    await until(() => isWaiting("refused"), "the only thread is parked");
    assert.is(await path(refused()), 'arguments[0].a[1].get("b")');
    const bytes = new Uint8Array(10);
    transfer(bytes, [bytes.buffer]);
    assert.is(await path(on(logic.seen, [bytes, Symbol("own")])), "arguments[0][1]");
    assert.is(bytes.length, 10, "nothing has moved");
    open("refused");
    await within(parks);
  });
});

test.run();
