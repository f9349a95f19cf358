// What is otherwise with sessions on the loop than with those of blocking code, on a server.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { AsyncSession, asyncSessionmaker } from "../../demo/orm/async_session.ts";
import { InvalidRequestError } from "../../demo/orm/errors.ts";
import { desc } from "../../demo/orm/operators.ts";
import { select } from "../../demo/orm/select.ts";
import { blockingModule } from "../../mod.ts";
import { createAsyncEngine } from "../../src/postgres/mod.ts";
import { isServerThere, ownDatabase } from "../support/postgres.ts";
import { rejection, within } from "../support/within.ts";
import { User } from "./orm/model.ts";

const model = blockingModule<typeof import("./orm/model.ts")>(new URL("./orm/model.ts", import.meta.url));

const suiteOfAll = suite("the demo's AsyncSession");
const test = (await isServerThere()) ? suiteOfAll : suiteOfAll.skip;
const { url, create, drop } = ownDatabase("async_session");
const engine = createAsyncEngine(url, { poolSize: 1, poolTimeout: 5000 });

test("set up", async () => {
  await create();
  await engine.begin((conn) => conn.runSync(model.createAll));
});

test("begin() awaits its function, and commits what it added", async () => {
  const session = asyncSessionmaker(engine)();
  const value = await within(
    session.begin(async () => {
      session.addAll([User({ name: "ann" }), User({ name: "bob" })]);
      return (await session.scalars(select(User).orderBy(User.id))).all();
    }),
  );
  assert.equal(
    value.map(({ id }) => id),
    [1, 2],
  );
  await session.close();
});

test("begin() rolls back what rejects", async () => {
  const session = new AsyncSession(engine);
  const cid = User({ name: "cid" });
  const error = await rejection(
    session.begin(async () => {
      session.add(cid);
      await session.flush();
      throw new RangeError("thought better of it");
    }),
  );
  assert.instance(error, RangeError);
  assert.equal(session.new, []);
  assert.equal((await within(session.scalars(select(User.name).orderBy(desc(User.id))))).all(), [
    "bob",
    "ann",
  ]);
  await session.close();
});

test("an expired field throws, and is read anew by refresh()", async () => {
  const session = new AsyncSession(engine);
  const ann = await within(session.get(User, 1));
  assert.ok(ann);
  ann.nick = "a";
  assert.equal(session.dirty, [ann]);
  await within(session.commit());
  assert.throws(
    () => ann.nick,
    (error: unknown) =>
      error instanceof InvalidRequestError &&
      /^read user\.nick: it expired .* await session\.refresh\(\) of the object first/.test(error.message),
  );
  await within(session.refresh(ann));
  assert.is(ann.nick, "a");
  session.delete(ann);
  await within(session.rollback());
  await session.close();
});

test("a session that is used twice at once says so", async () => {
  const session = new AsyncSession(engine);
  const first = session.get(User, 1);
  assert.match(
    String(await rejection(session.get(User, 2))),
    /^InvalidRequestError: use a session: it is in use/,
  );
  await within(first);
  await session.close();
});

test("one that is closed while it connects gives the connection back", async () => {
  const session = new AsyncSession(engine);
  const read = session.get(User, 1).catch((error: unknown) => error);
  await within(session.close());
  assert.instance(await read, Error);
  // There is but one connection.
  assert.is(await within(engine.begin(() => "had it")), "had it");
});

test("clear up", async () => {
  await engine.dispose();
  await drop();
});

suiteOfAll.run();
