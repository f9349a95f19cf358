import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Extension, NotLoaded, Reader, Writer } from "../../src/wire/codec.ts";
import { type Node, nodeOf, record } from "../../src/wire/expression.ts";
import { Evaluator, ExpressionWriter, ModuleNumbers } from "../../src/wire/expression_codec.ts";
import { gather } from "../../src/wire/gathering.ts";

const test = suite("gathering, and expressions on the wire");

const manner = { then: () => undefined };

type Recorded = {
  [key: string]: Recorded;
  (...args: unknown[]): Recorded;
};

const recorded = (url: string): Recorded => record({ root: { kind: "module", url } }, manner) as Recorded;
const db = recorded("db");

/** What becomes of a value when each expression in it is replaced by the place it was found at. */
function rebuilt(value: unknown): unknown {
  const found: Node[] = [];
  const rebuild = gather(value, found);
  return rebuild?.(found.map((_, i) => i));
}

test("arrays of nothing but expressions", () => {
  const again = db.a as Recorded;
  assert.equal(rebuilt([db.a]), [0]);
  assert.equal(rebuilt([db.a, db.b, db.c?.()]), [0, 1, 2]);
  assert.equal(rebuilt([again, db.b, again]), [0, 1, 2]);
  assert.is(rebuilt([]), undefined);
});

test("arrays of other things beside them", () => {
  const again = db.a as Recorded;
  assert.equal(rebuilt([db.a, 5, db.b]), [0, 5, 1]);
  assert.equal(rebuilt([again, [again, db.b], 5]), [0, [0, 1], 5]);
  assert.equal(rebuilt([undefined, db.a]), [undefined, 0]);
  const holes = rebuilt(Object.assign(new Array(3), { 0: db.a, 2: db.b })) as unknown[];
  assert.equal([holes.length, Object.keys(holes), holes[2]], [3, ["0", "2"], 1]);
  const named = rebuilt(Object.assign([db.a], { name: db.b })) as unknown[];
  assert.equal(Object.entries(named), [
    ["0", 0],
    ["name", 1],
  ]);
});

test("objects, shared ones and circles", () => {
  const shared = { inner: db.a };
  const plain = { untouched: true };
  const circle: Record<string, unknown> = { shared, again: shared, plain, e: db.b };
  circle.self = circle;
  const copy = rebuilt(circle) as typeof circle;
  assert.is(copy.self, copy);
  assert.is(copy.shared, copy.again);
  assert.is(copy.plain, plain);
  assert.equal(copy.shared, { inner: 0 });
  const own = rebuilt(JSON.parse('{ "__proto__": { "a": 1 } }'));
  assert.is(own, undefined);
  const evil = Object.defineProperty({ e: db.a }, "__proto__", { value: db.b, enumerable: true });
  assert.equal(Object.entries(rebuilt(evil) as object), [
    ["e", 0],
    ["__proto__", 1],
  ]);
});

const modules: Record<string, Record<string, unknown>> = {};
const numbers = new ModuleNumbers();
const expressions = new ExpressionWriter(numbers);
const evaluator = new Evaluator(
  {
    module(url) {
      const found = modules[url];
      if (found === undefined) throw new NotLoaded(url);
      return found;
    },
    reference: () => undefined,
    receiver: () => undefined,
    operations: () => undefined,
    consumer: () => undefined,
    task: () => undefined,
  },
  [],
);
const extension: Extension = {
  write(value, writer) {
    const node = nodeOf(value);
    if (node === undefined) return false;
    expressions.write(node, writer);
    return true;
  },
  read: (reader) => evaluator.read(reader),
};
const writer = new Writer(extension);
const reader = new Reader(extension);

/** Sends expressions in one message, and gives what each comes to. Loads the modules that are asked for. */
function evaluated(given: readonly unknown[], late: typeof modules = {}): unknown[] {
  writer.begin();
  expressions.begin();
  for (const expression of given) expressions.write(nodeOf(expression) as Node, writer);
  const bytes = writer.finish().bytes.slice();
  expressions.sent();
  evaluator.begin();
  for (;;) {
    reader.begin(bytes, []);
    try {
      const values = given.map(() => evaluator.read(reader));
      reader.end();
      return values;
    } catch (error) {
      if (!(error instanceof NotLoaded) || late[error.url] === undefined) throw error;
      Object.assign(modules, { [error.url]: late[error.url] });
      evaluator.again();
    }
  }
}

test("many calls of one function, of two in turn, with calls as arguments", () => {
  modules.db = {
    add: (a: number, b: number) => a + b,
    twice: (n: number) => 2 * n,
    all: (...values: unknown[]) => values,
  };
  const count = Array.from({ length: 40 }, (_, i) => i);
  assert.equal(
    evaluated(count.map((i) => db.add?.(i, 1))),
    count.map((i) => i + 1),
  );
  const inTurn = count.map((i) => (i % 2 ? db.twice?.(i) : db.add?.(i, db.twice?.(db.add?.(i, i)))));
  assert.equal(
    evaluated(inTurn),
    count.map((i) => (i % 2 ? 2 * i : 5 * i)),
  );
  const shared = db.all?.(1, undefined, null);
  const [first, second] = evaluated([shared, db.all?.(shared, shared)]) as [unknown, unknown[]];
  assert.equal(first, [1, undefined, null]);
  assert.is(second[0], first);
  assert.is(second[1], first);
  assert.equal(evaluated([db.all?.()]), [[]]);
});

test("what a call changes is seen by what is called after it", () => {
  let calls = 0;
  modules.live = {
    bump: () => ++calls,
    counter: () => calls,
  };
  const live = recorded("live");
  assert.equal(evaluated([live.bump?.(), live.counter?.(), live.bump?.(), live.counter?.()]), [1, 1, 2, 2]);
});

test("keys are told apart wherever a message has to be read again", () => {
  modules.first = { a: { x: 1, y: 2 } };
  const [first, second] = [recorded("first"), recorded("second")];
  const late = { second: { a: { x: 3, y: 4 }, x: 5 } };
  const given = [first.a?.x, second.a?.x, second.x, first.a?.y, second.a?.y, first.a?.y];
  assert.equal(evaluated(given, late), [1, 3, 5, 2, 4, 2]);
  assert.equal(evaluated(given), [1, 3, 5, 2, 4, 2]);
});

test("a long chain", () => {
  modules.chain = {
    step: {
      get next() {
        return this;
      },
      end: "the end",
    },
  };
  let at = recorded("chain").step as Recorded;
  for (let i = 0; i < 50_000; i++) at = at.next as Recorded;
  assert.equal(evaluated([at.end]), ["the end"]);
});

test("an expression that is an argument of itself", () => {
  const args: unknown[] = [1];
  const from = nodeOf(db.add) as Node;
  const own = record({ from, step: { kind: "call", args } }, manner);
  args.push({ deep: own });
  assert.throws(() => evaluated([own]), /await db\.add\(…\): it is an argument of itself/);
  assert.equal(evaluated([db.add?.(1, 2)]), [3]);
});

test("a refusal names the argument", () => {
  const path = (error: { path?: string }) => error.path === "arguments[1].deep[0]";
  assert.throws(() => evaluated([db.add?.(1, { deep: [Symbol()] })]), path);
});

test.run();
