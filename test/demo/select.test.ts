import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as ops from "../../demo/orm/operators.ts";
import { type Select, select } from "../../demo/orm/select.ts";
import type { Session } from "../../demo/orm/session.ts";
import type { Query } from "../../src/postgres/mod.ts";
import { Note, User } from "./orm/model.ts";

const test = suite("the demo's select()");

const { and, asc, desc, eq, ge, gt, inList, isNull, le, like, lt, ne, not, or } = ops;

const conditions: [condition: Query, text: string, values: unknown[]][] = [
  [eq(User.name, "ann"), '"user"."name" = $1', ["ann"]],
  [eq(User.nick, null), '"user"."nick" is null', []],
  [ne(User.name, "ann"), '"user"."name" <> $1', ["ann"]],
  [ne(User.nick, null), 'not ("user"."nick" is null)', []],
  [lt(User.id, 1), '"user"."id" < $1', [1]],
  [le(User.id, 2), '"user"."id" <= $1', [2]],
  [gt(User.id, 3), '"user"."id" > $1', [3]],
  [ge(User.id, 4), '"user"."id" >= $1', [4]],
  [like(User.name, "a%"), '"user"."name" like $1', ["a%"]],
  [like(User.nick, "a%"), '"user"."nick" like $1', ["a%"]],
  [isNull(User.createDate), '"user"."create_date" is null', []],
  [inList(User.id, [1, 2]), '"user"."id" in ($1, $2)', [1, 2]],
  [inList(User.id, []), "false", []],
  [not(eq(User.id, 1)), 'not ("user"."id" = $1)', [1]],
  [and(), "true", []],
  [or(), "false", []],
  [
    or(eq(User.id, 1), and(gt(User.id, 5), isNull(User.nick))),
    '("user"."id" = $1 or ("user"."id" > $2 and "user"."nick" is null))',
    [1, 5],
  ],
];

for (const [condition, text, values] of conditions) {
  test(text, () => {
    assert.is(condition.text, text);
    assert.equal(condition.values, values);
  });
}

test("its clauses, in any order, each a query of its own", () => {
  const some = select(User.id, User.createDate);
  const page = some
    .limit(10)
    .orderBy(desc(User.name), User.id)
    .offset(20)
    .where(gt(User.id, 1))
    .where(eq(User.nick, "a"));
  assert.is(some.query.text, 'select "user"."id", "user"."create_date" as "createDate" from "user"');
  assert.is(
    page.query.text,
    'select "user"."id", "user"."create_date" as "createDate" from "user" where "user"."id" > $1 and "user"."nick" = $2 order by "user"."name" desc, "user"."id" asc limit $3 offset $4',
  );
  assert.equal(page.query.values, [1, "a", 10, 20]);
  assert.is(
    select(Note).orderBy(asc(Note.code)).query.text,
    'select "note"."code", "note"."text" from "note" order by "note"."code" asc',
  );
});

test("columns of two tables are refused", () => {
  assert.throws(
    () => select(User.id, Note.code),
    /^select columns: they are of user and of note; select those of one/,
  );
});

// Types are what the compiler sees: `npm run check` is the test.
test("its types", () => {
  const rows: Select<[number, string | null]> = select(User.id, User.nick);
  const objects: Select<[User]> = select(User);
  assert.is(rows.columns.length, 2);
  assert.is(objects.columns.length, 6);
  const mistakes = (session: Session) => {
    const nick: string | null = session.scalars(select(User.nick)).one();
    const user: User | undefined = session.get(User, 1);
    // @ts-expect-error the key is a number
    session.get(User, "1");
    // @ts-expect-error of this one it is text
    session.get(Note, 1);
    // @ts-expect-error an id is a number
    eq(User.id, "1");
    // @ts-expect-error it is never null
    eq(User.id, null);
    // @ts-expect-error only text is like something
    like(User.id, "1");
    // @ts-expect-error a name is text
    inList(User.name, [1]);
    // @ts-expect-error there is no such field
    User({ colour: "red" });
    // @ts-expect-error a name is not null
    User({ name: null });
    // @ts-expect-error the nick may be null
    const wrong: Select<[string]> = select(User.nick);
    return [nick, user, wrong];
  };
  assert.type(mistakes, "function");
});

test.run();
