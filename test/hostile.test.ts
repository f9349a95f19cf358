import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { blockingModule, ContextVar } from "../mod.ts";
import { Unknown } from "./hostile/unknown.ts";
import { make, more, names } from "./hostile/values.ts";
import { type TestPool, withPool } from "./support/pool.ts";
import { within } from "./support/within.ts";

const logic = blockingModule<typeof import("./hostile/logic.ts")>(
  new URL("./hostile/logic.ts", import.meta.url),
);
const variable = new ContextVar<unknown>("hostile");

more["an object of an unknown class"] = () => new Unknown();
more["an error with an object of an unknown class"] = () =>
  Object.assign(new Error("an error"), { field: { deep: [new Unknown()] } });

const uncaught: unknown[] = [];
const note = (error: unknown): void => {
  uncaught.push(error);
};

const test = suite("values that cannot be written or read");

test.before(() => {
  process.on("uncaughtException", note).on("unhandledRejection", note);
});
test.after(() => {
  process.off("uncaughtException", note).off("unhandledRejection", note);
});

/** Runs one task for each value, and asks after each whether its thread goes on. */
function inPlace(
  place: string,
  run: (pool: TestPool, name: string, value: () => unknown) => Promise<unknown>,
): void {
  test(`${place}: are answered, and the thread goes on`, async () => {
    const values: [string, () => unknown][] = names().map((name) => [name, () => make(name)]);
    uncaught.length = 0;
    await withPool({ max: 1 }, async (pool) => {
      let calls = 0;
      for (const [name, value] of values) {
        try {
          await within(run(pool, name, value).catch(() => {}));
          assert.is(await within(pool.on(logic.count)), ++calls);
        } catch (error) {
          throw new Error(`${name}: ${String(error)}`, { cause: error });
        }
        assert.equal(uncaught.map(String), [], name);
      }
    });
  });
}

const withinTask = [
  "asResult",
  "inResult",
  "asError",
  "asArgumentOfCallback",
  "asVariableOfLoop",
  "asItem",
  "asArgumentOfAsync",
  "asResultOfCallback",
  "asErrorOfCallback",
  "returns",
  "throws",
] as const;
for (const place of withinTask) inPlace(place, ({ on }, name) => on(logic[place], name));

inPlace("yields", async ({ on }, name) => {
  for await (const _ of on(logic.yields, name) as AsyncGenerator<unknown>);
});

inPlace("takes", async ({ on }, _name, value) => on(logic.takes, value()));

inPlace("as a variable of the caller", async ({ on }, _name, value) =>
  variable.run(value(), () => on(logic.takes, 1)),
);

inPlace("as the reason of a cancellation", async (pool, _name, value) => {
  const stop = new AbortController();
  const reason = value();
  const task = pool.with({ signal: stop.signal })(logic.stays);
  setTimeout(() => stop.abort(reason), 20);
  const got = await task.then(
    () => "a value",
    (error: unknown) => [error],
  );
  assert.ok(Array.isArray(got) && got[0] === reason, "it rejects with the reason itself");
});

test.run();
