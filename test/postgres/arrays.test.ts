import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readArray, writeArray } from "../../src/postgres/types/arrays.ts";

const test = suite("postgres: arrays");

const arrays: [text: string, values: unknown[]][] = [
  ["{}", []],
  ["{1}", ["1"]],
  ["{1,2}", ["1", "2"]],
  ['{NULL,null,"NULL"}', [null, "null", "NULL"]],
  ['{"",a}', ["", "a"]],
  ['{"a,b","{}","\\"","\\\\"}', ["a,b", "{}", '"', "\\"]],
  [
    "{{1,2},{3,4}}",
    [
      ["1", "2"],
      ["3", "4"],
    ],
  ],
  ['{{{"a b"}},{{NULL}}}', [[["a b"]], [[null]]]],
  ["[0:1]={a,b}", ["a", "b"]],
  ["[-1:0][2:2]={{a},{b}}", [["a"], ["b"]]],
  ['{"é\u{1f600}",é}', ["é\u{1f600}", "é"]],
];

for (const [text, values] of arrays) {
  test(`reads ${text}`, () => {
    assert.equal(
      readArray(text, (element) => element),
      values,
    );
  });

  test(`reads what it writes of ${text}`, () => {
    assert.equal(
      readArray(writeArray(values, String), (element) => element),
      values,
    );
  });
}

test("elements are read and written by their type", () => {
  assert.equal(readArray("{1,NULL,{2}}", Number), [1, null, [2]]);
  assert.is(writeArray([true, null, ['a"\\']], String), '{"true",NULL,{"a\\"\\\\"}}');
});

test("arrays may be elements", () => {
  assert.is(
    writeArray([[1], [], null, [[2, "a"]]], JSON.stringify, true),
    '{"[1]","[]",NULL,"[[2,\\"a\\"]]"}',
  );
});

test.run();
