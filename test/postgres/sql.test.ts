import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Query, sql } from "../../src/postgres/mod.ts";

const test = suite("postgres: sql");

const cases: [what: string, query: Query, text: string, values: unknown[]][] = [
  ["no values", sql`select 1`, "select 1", []],
  ["values", sql`select ${1}, ${"'; drop table a"}`, "select $1, $2", [1, "'; drop table a"]],
  ["a value at either end", sql`${1} + ${2}`, "$1 + $2", [1, 2]],
  ["null and arrays are values", sql`select ${null}, ${[1, 2]}`, "select $1, $2", [null, [1, 2]]],
  ["what looks like a placeholder is none", sql`select '$1', ${"$2"}`, "select '$1', $1", ["$2"]],
  [
    "a query in a query is numbered on",
    sql`select ${1} where ${sql`x = ${2} or ${sql`y = ${3}`}`} and z = ${4}`,
    "select $1 where x = $2 or y = $3 and z = $4",
    [1, 2, 3, 4],
  ],
  ["a query twice", ((a) => sql`${a} = ${a}`)(sql`(${1})`), "($1) = ($2)", [1, 1]],
  ["an identifier", sql`select ${sql.id("a")}`, 'select "a"', []],
  ["one that is qualified", sql.id("public", "A b"), '"public"."A b"', []],
  ["one with quotes", sql.id('a"; drop table b; --'), '"a""; drop table b; --"', []],
  ["one of dots and backslashes", sql.id("a.b\\"), '"a.b\\"', []],
  ["text", sql`create table a (id ${sql.raw("integer")})`, "create table a (id integer)", []],
  ["a list", sql`in (${sql.join([sql`${1}`, sql`${2}`])})`, "in ($1, $2)", [1, 2]],
  [
    "a list with words between",
    sql.join([sql`a = ${1}`, sql`b = ${2}`], " and "),
    "a = $1 and b = $2",
    [1, 2],
  ],
  ["a list of one", sql.join([sql`${1}`]), "$1", [1]],
  ["an empty list", sql`(${sql.join([])})`, "()", []],
];

for (const [what, query, expected, values] of cases) {
  test(what, () => {
    assert.is(query.text, expected);
    assert.equal(query.values, values);
  });
}

test("what no identifier can be is refused", () => {
  const long = [`${"a".repeat(64)}`, "é".repeat(32), "\u{1f600}".repeat(16)];
  for (const name of ["", "a\0b", "\ud800", ...long])
    assert.throws(() => sql.id(name), /^quote an identifier: .*give a (shorter )?name/);
  for (const name of ["a".repeat(63), "é".repeat(31), "\u{1f600}".repeat(15)])
    assert.is(sql.id(name).text, `"${name}"`);
});

test("what no value can be is refused", () => {
  for (const value of [undefined, () => 1, Symbol("x")])
    assert.throws(
      () => sql`select ${value}`,
      /^write a query: one of its values is (undefined|a function|a symbol)/,
    );
  assert.throws(() => sql`select ${[[sql`1`]]}`, /^write a query: one of its values is an array of queries/);
  assert.throws(() => sql.join(["a" as never]), /^run a query: a string is no query; write it as sql`/);
});

test("the text of a template is made once, whatever its values", () => {
  const make = (value: number) => sql`select ${value}, ${value}`;
  assert.is(make(1).text, "select $1, $2");
  assert.is(make(2).text, "select $1, $2");
  assert.equal(make(3).values, [3, 3]);
});

test.run();
