import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncModule, blockingModule } from "../../mod.ts";
import { mockAsyncModule, restoreAsyncModules } from "../../src/testing/mod.ts";
import { within } from "../support/within.ts";

type Users = typeof import("./mock_users.ts");

const test = suite("mockAsyncModule()");

const url = new URL("./mock_users.ts", import.meta.url);
const logic = blockingModule<typeof import("./mock_logic.ts")>(new URL("./mock_logic.ts", import.meta.url));

test.after.each(restoreAsyncModules);

test("blocking code sees a mock before the module was loaded, the module afterwards, and a mock again", async () => {
  const mock = mockAsyncModule<Users>(url, { findName: async (id) => `mock ${id}` });
  assert.is(await within(logic.nameOf(1)), "mock 1");
  assert.equal(await within(logic.both(1)), ["mock 1", "mock 2"]);
  mock.restore();
  assert.is(await within(logic.nameOf(1)), "real 1");
  assert.is(await within(logic.nameOf(2)), "real 2");
  mockAsyncModule<Users>(url, { findName: async () => "again" });
  assert.is(await within(logic.nameOf(1)), "again");
});

test("whatever blocking code does with a module it does with the mock", async () => {
  const saved: unknown[] = [];
  mockAsyncModule<Users>(url, {
    born: 1815,
    wrap: async (id) => ({ value: `mock ${id}` }),
    async *all() {
      yield "one";
      yield "two";
    },
    async save(...given) {
      saved.push(given);
    },
  });
  assert.is(await within(logic.held(3)), "mock 3");
  assert.equal(await within(logic.all()), ["one", "two"]);
  assert.is(await within(logic.bornIn()), 1815);
  await within(logic.save(1, "ann"));
  assert.equal(saved, [[1, "ann"]]);
});

test("so does code on the loop", async () => {
  mockAsyncModule<Users>(url.href, { findName: async () => "mock" });
  assert.is(await asyncModule<Users>(url).findName(1), "mock");
});

test("what throws in a mock is thrown in blocking code", async () => {
  mockAsyncModule<Users>(url, { findName: () => Promise.reject(new RangeError("no such user")) });
  const error = await within(logic.nameOf(1)).catch((error: unknown) => error);
  assert.instance(error, RangeError);
  assert.is((error as Error).message, "no such user");
});

test("what a mock does not have is told of by name", async () => {
  mockAsyncModule<Users>(url, {});
  const error = await within(logic.nameOf(1)).catch((error: unknown) => error);
  assert.match((error as Error).message, /findName/);
});

test("of several the last holds, in whatever order they end", async () => {
  const one = mockAsyncModule<Users>(url, { findName: async () => "one" });
  const two = mockAsyncModule<Users>(url, { findName: async () => "two" });
  const three = mockAsyncModule<Users>(url, { findName: async () => "three" });
  two.restore();
  assert.is(await within(logic.nameOf(1)), "three");
  three.restore();
  three.restore();
  assert.is(await within(logic.nameOf(1)), "one");
  one.restore();
  assert.is(await within(logic.nameOf(1)), "real 1");
});

test("restoreAsyncModules() ends all", async () => {
  for (const name of ["one", "two"]) mockAsyncModule<Users>(url, { findName: async () => name });
  restoreAsyncModules();
  assert.is(await within(logic.nameOf(1)), "real 1");
});

test("a mock that comes while the module is loading stays", async () => {
  const late = new URL("./mock_users.ts?late", import.meta.url);
  const loading = asyncModule<Users>(late).findName(1);
  const first = loading.then((name) => name);
  mockAsyncModule<Users>(late, { findName: async () => "mock" });
  assert.is(await first, "real 1");
  assert.is(await asyncModule<Users>(late).findName(1), "mock");
});

test("an object that is changed afterwards changes no mock", async () => {
  const implementation: Partial<Users> = { findName: async () => "mock" };
  mockAsyncModule<Users>(url, implementation);
  Object.assign(implementation, { findName: async () => "changed" });
  assert.is(await within(logic.nameOf(1)), "mock");
});

test("what is no module or no implementation is refused", () => {
  assert.throws(() => mockAsyncModule("./users.ts", {}), /mockAsyncModule\(\): "\.\/users\.ts" is not a URL/);
  assert.throws(
    () => mockAsyncModule(url, null as never),
    /mockAsyncModule: the implementation is null; give an object/,
  );
});

test.run();
