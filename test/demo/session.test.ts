// The demo's sessions in blocking code, on a server.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, blockingModule } from "../../mod.ts";
import { createAsyncEngine, sql } from "../../src/postgres/mod.ts";
import { isServerThere, ownDatabase } from "../support/postgres.ts";
import { rejection, within } from "../support/within.ts";
import { User } from "./orm/model.ts";

const session = blockingModule<typeof import("./orm/session.ts")>(
  new URL("./orm/session.ts", import.meta.url),
);

const suiteOfAll = suite("the demo's Session");
const test = (await isServerThere()) ? suiteOfAll : suiteOfAll.skip;
const { url, create, drop } = ownDatabase("session");

const isNew =
  "InvalidRequestError: read user.id: the database gives it a value when the object is inserted; add it to a session and flush that first";

test("set up", create);

test("a row is one object, and one that is here takes no query", async () => {
  assert.equal(await within(session.identityMap(url)), {
    gotTheSame: true,
    withoutQuery: true,
    selectedTheSame: true,
    all: true,
    missing: undefined,
    keptItsChange: "a",
  });
});

test("a flush inserts, then updates, then deletes", async () => {
  assert.equal(await within(session.flushOrder(url)), {
    before: [3, 1, 1],
    after: [0, 0, 0],
    sent: [
      "begin",
      'insert into "note" ("code", "text") values ($1, $2), ($3, default) returning "text"',
      'insert into "user" ("name") values ($1) returning "id", "nick", "born", "tags", "create_date" as "createDate"',
      'update "user" set "nick" = $1 where "id" = $2',
      'delete from "user" where "id" in ($1)',
    ],
  });
});

test("an update names the columns that changed, also those changed in place", async () => {
  assert.equal(await within(session.updates(url)), {
    nothing: [],
    same: [],
    back: [],
    one: ['update "user" set "nick" = $1 where "id" = $2'],
    again: [],
    inPlace: ['update "user" set "born" = $1, "tags" = $2 where "id" = $3'],
    row: [{ nick: "an", born: new Date("2001-01-02T03:04:05Z"), tags: ["a", "b"] }],
  });
});

test("the database's defaults are read back by RETURNING; before that, they cannot be read", async () => {
  assert.equal(await within(session.serverDefaults(url)), {
    shown: '{"name":"ann"}',
    early: isNew,
    ids: [1, 77, null],
    isDate: true,
    insert:
      'insert into "user" ("id", "name") values (default, $1), ($2, $3) returning "id", "nick", "born", "tags", "create_date" as "createDate"',
  });
});

test("a rollback expunges what was added, and restores what was changed and deleted", async () => {
  assert.equal(await within(session.rollback(url)), {
    during: { id: "number", gone: undefined, deleted: 0 },
    after: {
      kept: "kept",
      gone: true,
      goneName: "gone",
      new: 0,
      deleted: 0,
      sentIsNew: isNew,
      sentKeeps: ["sent", "set later"],
    },
    names: ["gone", "kept", "sent", "unsent"],
  });
});

test("after a commit, a field that is asked for is read anew, once", async () => {
  assert.equal(await within(session.expireOnCommit(url, true)), {
    values: ["ann", "theirs", "ann", 6],
    sent: [
      "begin",
      'select "user"."id", "user"."name", "user"."nick", "user"."born", "user"."tags", "user"."create_date" as "createDate" from "user" where "user"."id" = $1',
    ],
  });
});

test("not so without expireOnCommit", async () => {
  assert.equal(await within(session.expireOnCommit(url, false)), {
    values: ["ann", null, "ann", 6],
    sent: [],
  });
});

test("what is set while the rest is expired is sent, and nothing else", async () => {
  assert.equal(await within(session.setWhileExpired(url)), {
    rows: [{ name: "anna", nick: "mine" }],
    name: "anna",
  });
});

test("begin() commits what returns, and rolls back what throws", async () => {
  assert.equal(await within(session.begin(url)), {
    value: 42,
    error: "RangeError: thought better of it",
    nested:
      "InvalidRequestError: begin a transaction: the session is in one already, since it was last used; commit that or roll it back first",
    names: ["ann"],
  });
});

test("what the server refuses takes all of the transaction with it, and the session goes on", async () => {
  const duplicate = 'UniqueViolation: duplicate key value violates unique constraint "user_name_key"';
  const { failed, ...rest } = await within(session.refused(url));
  assert.match(String(failed), /current transaction is aborted/);
  assert.equal(rest, { error: duplicate, notes: [], commit: duplicate, after: ["ann"] });
});

test("rows that others have deleted are noticed where they are changed, deleted and read", async () => {
  const meanwhile = "0 of 1 were there; they were changed or deleted meanwhile: roll back, and begin again";
  assert.equal(await within(session.stale(url)), {
    nicks: [null, null],
    update: `StaleDataError: update the rows of user(1): ${meanwhile}`,
    remove: `StaleDataError: delete from the rows of user(3): ${meanwhile}`,
    read: "ObjectDeletedError: read user(2): its row is not there any more; it was deleted meanwhile",
    get: undefined,
  });
});

test("objects outlive their session, and can be added to another", async () => {
  assert.equal(await within(session.detached(url)), {
    loaded: "ann",
    lost: isNew,
    back: "back",
    expired:
      "DetachedInstanceError: read user.name: it expired when its transaction ended, and its session is closed; read it before, or make sessions with { expireOnCommit: false }",
  });
});

test("a task that is cancelled rolls back, and leaves no transaction open", async () => {
  const stop = new AbortController();
  const added = () => void setTimeout(() => stop.abort(new Error("enough")), 100);
  const error = await rejection(asyncDef.with({ signal: stop.signal })(session.slow, url, added));
  assert.is((error as Error).message, "enough");
  const engine = createAsyncEngine(url, { poolSize: 1 });
  const open = await engine.begin(async (conn) => {
    assert.equal((await conn.execute(sql`select name from "user"`)).all(), []);
    const others = sql`select state from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
    return (await conn.execute(others)).scalars().all();
  });
  assert.equal(
    open.filter((state) => state !== "idle"),
    [],
  );
  await engine.dispose();
});

test("a task may return objects: plain data, of the fields that have a value", async () => {
  const [ann, pending] = await within(session.returned(url, false));
  const { createDate, ...rest } = ann ?? User({});
  assert.equal(rest, { id: 1, name: "ann", nick: null, born: new Date(0), tags: null });
  assert.instance(createDate, Date);
  assert.equal(pending, { name: "new" });
  assert.match(
    String(await rejection(session.returned(url, true))),
    /DetachedInstanceError: read user\.name: it expired/,
  );
});

test("a flush sends a thousand objects at a time", async () => {
  assert.equal(await within(session.many(url)), {
    statements: ["begin", "insert", "insert", "select", "delete", "delete"],
    left: [],
  });
});

test("mistakes are named", async () => {
  const said = await within(session.mistakes(url));
  assert.match(said.construct ?? "", /^TypeError: make user, field name: Too big/);
  assert.match(said.copy ?? "", /^InvalidRequestError: use an object in a session: no table has made it/);
  assert.match(
    said.deleteNew ?? "",
    /^InvalidRequestError: delete user\(new\): it has no row in this session/,
  );
  assert.match(said.otherSession ?? "", /^InvalidRequestError: add user\(1\): it belongs to another session/);
  assert.match(
    said.tooLong ?? "",
    /^TypeError: update user, field name: Too big: expected .* <=10 characters/,
  );
  assert.match(said.key ?? "", /^InvalidRequestError: update user\(1\): its primary key was changed/);
  assert.match(said.addDeleted ?? "", /^InvalidRequestError: add user\(1\): this transaction has deleted it/);
});

test("a row that is not what the schema says names the field", async () => {
  assert.equal(await within(session.misfit(url)), [
    "TypeError: read user, field name: Too big: expected string to have <=10 characters",
    1,
  ]);
});

test("select() gives rows, objects, pages", async () => {
  assert.equal(await within(session.selects(url)), {
    rows: [
      [4, "d"],
      [3, null],
      [2, "b"],
    ],
    one: ["cid", null],
    object: 1,
    page: ["bob", "cid"],
    first: undefined,
  });
});

test("clear up", drop);

suiteOfAll.run();
