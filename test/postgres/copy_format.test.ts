import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  type CopyFormat,
  type CopyKind,
  checkCopy,
  copyFormatOf,
} from "../../src/postgres/copy_format/copy_options.ts";
import { CopyReader, type CopyRow } from "../../src/postgres/copy_format/copy_reader.ts";
import { copyValue } from "../../src/postgres/copy_format/copy_value.ts";
import { type CopyItem, CopyWriter } from "../../src/postgres/copy_format/copy_writer.ts";
import { EndMarker } from "../../src/postgres/copy_format/end_marker.ts";
import { sql as query } from "../../src/postgres/query/sql.ts";

const test = suite("postgres: the formats of COPY");

/** The format of a COPY, whichever way it goes. */
function formatOf(sql: string): CopyFormat {
  return copyFormatOf(sql, / to stdout/i.test(sql) ? "to" : "from");
}

const text = formatOf("copy t from stdin");
const csv = formatOf("copy t from stdin csv");

// The options

const byDefault: CopyFormat = {
  kind: "text",
  delimiter: "\t",
  null: "\\N",
  default: undefined,
  quote: '"',
  escape: '"',
  header: false,
  encoding: undefined,
};
const csvDefault: CopyFormat = { ...byDefault, kind: "csv", delimiter: ",", null: "" };

const statements: [sql: string, format: CopyFormat][] = [
  ["copy t from stdin", byDefault],
  ["COPY t (a, b) FROM STDIN;", byDefault],
  ["copy t from stdin with (format text)", byDefault],
  ["copy t to stdout (format csv)", csvDefault],
  ["copy t to stdout with csv", csvDefault],
  ["copy (select 'from stdin csv', (1)) to stdout", byDefault],
  ["copy stdin from stdin (format csv)", csvDefault],
  ['copy "from" from stdin csv', csvDefault],
  ["-- from stdin csv\ncopy /* from stdin csv */ t from stdin", byDefault],
  ["copy t (stdin) from stdin csv", csvDefault],
  ["copy (select $$ to stdout ( $$ , $a$ $$ ) $a$) to stdout csv", csvDefault],
  ["copy t from stdin (format 'csv', delimiter ';', null '')", { ...csvDefault, delimiter: ";" }],
  ["copy t from stdin (delimiter E'\\x01', null E'\\t')", { ...byDefault, delimiter: "\x01", null: "\t" }],
  ["copy t from stdin (delimiter '|', null 'it''s')", { ...byDefault, delimiter: "|", null: "it's" }],
  ["copy t from stdin delimiter as '|' null as '-'", { ...byDefault, delimiter: "|", null: "-" }],
  [
    "copy t to stdout with csv header quote as '''' escape '\\' force quote a, null",
    { ...csvDefault, header: true, quote: "'", escape: "\\" },
  ],
  ["copy t to stdout (format csv, force_quote (a, header), header)", { ...csvDefault, header: true }],
  ["copy t to stdout (header false, format csv, force_quote *)", csvDefault],
  ["copy t from stdin (format csv, header match)", { ...csvDefault, header: "match" }],
  [
    "copy t from stdin (format csv, quote '$') where a = 'null ''x'''",
    { ...csvDefault, quote: "$", escape: "$" },
  ],
  ["copy t from stdin csv where a > 0 and quote = 'x'", csvDefault],
  [
    "copy t from stdin (encoding 'latin1', default '\\D')",
    { ...byDefault, encoding: "latin1", default: "\\D" },
  ],
  ["copy t from stdin (format binary)", { ...byDefault, kind: "binary" }],
];

for (const [sql, format] of statements) {
  test(`the format of: ${sql}`, () => assert.equal(formatOf(sql), format));
}

const refused: [sql: string, message: RegExp][] = [
  ["select 1", /^copy: the query is no COPY from stdin; write it as/],
  ["copy t from '/tmp/x'", /^copy: the query is no COPY from stdin; write it as/],
  ["copy (select 1 from stdin)", /^copy: the query is no COPY from stdin; write it as/],
  ["copy t to stdout", /^copy: the query is no COPY from stdin; write it as/],
  ["", /^copy: the query is no COPY from stdin; write it as/],
  ["insert into copy values (1)", /^copy: the query is no COPY from stdin; write it as/],
  ["copy t from stdin; drop table t", /^copy: there is another statement behind the COPY/],
  ["copy t from stdin csv;;select 1", /^copy: there is another statement behind the COPY/],
];

for (const [sql, message] of refused) {
  test(`refused: ${sql}`, () => assert.throws(() => copyFormatOf(sql, "from"), message));
}

const asked: [sql: string, format: CopyKind, sent: string | undefined][] = [
  ["copy t from stdin", "text", "copy t from stdin"],
  ["copy t from stdin", "csv", "copy t from stdin (format csv)"],
  ["copy t from stdin ; -- all", "binary", "copy t from stdin (format binary) ; -- all"],
  ["copy t from stdin where a > 0", "csv", "copy t from stdin (format csv) where a > 0"],
  ["copy t from stdin (delimiter ';')", "csv", "copy t from stdin (format csv, delimiter ';')"],
  ["copy t from stdin with (header)", "csv", "copy t from stdin with (format csv, header)"],
  ["copy t from stdin delimiter ';' header", "csv", "copy t from stdin csv delimiter ';' header"],
  ["copy t from stdin with null ''", "csv", "copy t from stdin with csv null ''"],
  ["copy t from stdin (format csv)", "csv", "copy t from stdin (format csv)"],
  ["copy t from stdin csv", "text", undefined],
  ["copy t from stdin (format text)", "csv", undefined],
  ["copy t from stdin (format binary)", "csv", undefined],
];

for (const [sql, format, sent] of asked) {
  test(`${format} asked for, of: ${sql}`, () => {
    const check = () => checkCopy(query.raw(sql), "from", { format });
    if (sent === undefined) {
      assert.throws(check, /^copy: the SQL says the format \w+, and the call says/);
      return;
    }
    const { text, format: found } = check();
    assert.is(text, sent);
    assert.is(found.kind, format);
  });
}

test("a format that there is not, and options that there are not, are refused", () => {
  const check = (options: unknown) => () => checkCopy(query`copy t from stdin`, "from", options as object);
  assert.throws(check({ format: "json" }), /^copy: there is no format "json"; use one of text, csv, binary$/);
  assert.throws(check({ fromat: "csv" }), /^copy: there is no option "fromat"; write "format"\?/);
});

// What ends the data

const endings: [what: string, sql: string, data: string, isRefused: boolean][] = [
  ["text: alone on a line", "copy t from stdin", "a\n\\.\nb\n", true],
  ["text: in the first line", "copy t from stdin", "\\.\nb", true],
  ["text: with the line breaks of Windows", "copy t from stdin", "a\r\n\\.\r\nb\r\n", true],
  ["text: behind a value", "copy t from stdin", "a\\.\nb\n", true],
  ["text: at the end", "copy t from stdin", "a\n\\.\n", false],
  ["text: at the end without a line break", "copy t from stdin", "a\n\\.", false],
  ["text: a value", "copy t from stdin", "a\n\\\\.\nb\n", false],
  ["text: a longer line", "copy t from stdin", "a\\\\\\\\.\n.\nb\n", false],
  ["csv: alone on a line", "copy t from stdin csv", "a\n\\.\nb\n", true],
  ["csv: behind quotes that hold quotes", "copy t from stdin csv", 'a,"b""c"\n\\.\nb\n', true],
  ["csv: behind an escaped quote", "copy t from stdin csv escape '\\'", '"b\\"c"\n\\.\nb\n', true],
  ["csv: behind an escaped escape", "copy t from stdin csv escape '\\'", '"c\\\\"\n\\.\nb\n', true],
  ["csv: within quotes", "copy t from stdin csv", '"a\n\\.\nb"\nc\n', false],
  [
    "csv: within quotes, behind an escaped one",
    "copy t from stdin csv escape '\\'",
    '"\\"\n\\.\nb"\n',
    false,
  ],
  ["csv: a value in quotes", "copy t from stdin csv", '"\\."\nb\n', false],
  ["csv: behind a value", "copy t from stdin csv", "a\\.\nb,\\.\nc\n", false],
  ["csv: a longer line", "copy t from stdin csv", "\\.a\n\\..\nc\n", false],
  ["csv: at the end", "copy t from stdin csv", "a\n\\.\n", false],
  ["binary", "copy t from stdin (format binary)", "a\n\\.\nb\n", false],
];

for (const [what, sql, data, isRefused] of endings) {
  test(`what ends the data, ${what}`, () => {
    const bytes = new TextEncoder().encode(data);
    for (let size = 1; size <= bytes.length; size++) {
      const marker = new EndMarker(formatOf(sql));
      const check = () => {
        for (let at = 0; at < bytes.length; at += size) marker.check(bytes.subarray(at, at + size));
      };
      if (isRefused) assert.throws(check, /^copy from text: a line of the source holds nothing but \\\.,/);
      else check();
    }
  });
}

test("behind what ends the data no row may come either", () => {
  assert.throws(() => written(text, ["a\n\\.\n", ["b"]]), /^copy from text: a line of the source holds/);
  assert.is(written(text, [["\\."], ["b"]]), "\\\\.\nb\n");
  assert.is(written(csv, [["\\."], "b\n"]), '"\\."\nb\n');
});

// Rows, both ways

function written(format: CopyFormat, items: readonly CopyItem[]): string {
  const writer = new CopyWriter(format);
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const chunks = [...items.map((item) => writer.add(item)), writer.end()];
  return chunks.map((chunk) => decoder.decode(chunk)).join("");
}

/** What is read, cut into chunks of every size up to 7. */
function read(format: CopyFormat, written: string): CopyRow[][] {
  const bytes = new TextEncoder().encode(written);
  return [1, 2, 3, 5, 7, 1000].map((size) => {
    const reader = new CopyReader(format);
    const rows: CopyRow[] = [];
    for (let at = 0; at < bytes.length; at += size) rows.push(...reader.rows(bytes.subarray(at, at + size)));
    return rows;
  });
}

const semicolon = formatOf(
  "copy t from stdin (format csv, delimiter ';', null 'NULL', quote '''', escape '\\')",
);
const bars = formatOf("copy t from stdin (delimiter '|', null 'nil')");

const bothWays: [what: string, format: CopyFormat, row: CopyRow, line: string][] = [
  ["text: plain", text, ["1", "a b"], "1\ta b\n"],
  ["text: null", text, [null, "\\N", "N"], "\\N\t\\\\N\tN\n"],
  ["text: empty", text, ["", ""], "\t\n"],
  ["text: escapes", text, ["\b\f\n\r\t\v\\"], "\\b\\f\\n\\r\\t\\v\\\\\n"],
  ["text: the end of data", text, ["\\."], "\\\\.\n"],
  ["text: every plane", text, ["é☃\u{1f600}\u{10ffff}\ufeff"], "é☃\u{1f600}\u{10ffff}\ufeff\n"],
  ["text: a byte order mark first", text, ["\ufeffa"], "\ufeffa\n"],
  ["text: quotes are nothing", text, ['"a,b"\''], '"a,b"\'\n'],
  ["text: a delimiter of one's own", bars, ["a|b", null, "c\td"], "a\\|b|nil|c\\td\n"],
  ["csv: plain", csv, ["1", "a b"], "1,a b\n"],
  ["csv: null and empty", csv, [null, ""], ',""\n'],
  ["csv: one null", csv, [null], "\n"],
  ["csv: quotes and delimiters", csv, ['a"b', "c,d", '"'], '"a""b","c,d",""""\n'],
  ["csv: line breaks", csv, ["a\nb", "c\r\nd"], '"a\nb","c\r\nd"\n'],
  ["csv: backslashes are nothing", csv, ["a\\b", "\\N"], "a\\b,\\N\n"],
  ["csv: the end of data", csv, ["\\."], '"\\."\n'],
  ["csv: spaces stay", csv, [" a ", "\t"], " a ,\t\n"],
  ["csv: every plane", csv, ["é☃\u{1f600}", "\ufeff"], "é☃\u{1f600},\ufeff\n"],
  [
    "csv: all options",
    semicolon,
    ["NULL", null, "", "it's", "a;b", "a\\b"],
    "'NULL';NULL;;'it\\'s';'a;b';'a\\\\b'\n",
  ],
  ["csv: an escape before a quote", semicolon, ["\\'", "'"], "'\\\\\\'';'\\''\n"],
];

for (const [what, format, row, line] of bothWays) {
  test(`${what}, both ways`, () => {
    assert.is(written(format, [row]), line);
    assert.equal(written(format, [row, row]), line + line);
    for (const rows of read(format, line + line)) assert.equal(rows, [row, row]);
  });
}

test("a value that looks like the null of the COPY is no null", () => {
  assert.is(written(bars, [["nil", null, "nile"]]), "\\156il|nil|nile\n");
  const other = formatOf("copy t from stdin (null 'é', default 'x')");
  assert.is(written(other, [["é", "x"]]), "\\é\t\\170\n");
});

test("where an empty text would be null it is refused", () => {
  const ambiguous = formatOf("copy t from stdin (null '')");
  assert.throws(
    () => written(ambiguous, [["a", ""]]),
    /^copy from rows: row 0, column 1: it is empty, and that stands for null; choose another null$/,
  );
});

test("a header: rows are data, and so are read rows", () => {
  const header = formatOf("copy t from stdin (format csv, header)");
  assert.is(written(header, [["1"], ["2"]]), "\n1\n2\n");
  for (const rows of read(header, "a,b\n1,2\n")) assert.equal(rows, [["1", "2"]]);
});

test("rows, text and bytes of one source stay in order", () => {
  const items = [["1", "a"], "2\tb\n", new TextEncoder().encode("3\tc\n"), "4\t", "d\n", ["5", "e"]];
  assert.is(written(text, items), "1\ta\n2\tb\n3\tc\n4\td\n5\te\n");
});

test("text that is cut within a character", () => {
  const long = "x".repeat(2 ** 16 - 1);
  assert.is(written(text, [`${long}\ud83d`, "\ude00\n"]), `${long}\u{1f600}\n`);
  assert.throws(
    () => written(text, ["\ud83d"]),
    /^copy from text: the source holds half of a surrogate pair/,
  );
});

test("chunks do not share memory with what was given", () => {
  const writer = new CopyWriter(text);
  const given = new Uint8Array(2 ** 16);
  const chunk = writer.add(given) as Uint8Array;
  given[0] = 1;
  assert.is(chunk[0], 0);
});

const values: [value: unknown, text: string][] = [
  ["a", "a"],
  [1.5, "1.5"],
  [-0, "-0"],
  [Number.NaN, "NaN"],
  [Number.POSITIVE_INFINITY, "Infinity"],
  [9007199254740993n, "9007199254740993"],
  [true, "t"],
  [false, "f"],
  [new Uint8Array([0, 255]), "\\x00ff"],
  [new Date("2024-02-29T12:34:56.789Z"), "2024-02-29T12:34:56.789Z"],
  [new Date("+012024-01-01T00:00:00.000Z"), "12024-01-01T00:00:00.000Z"],
  [new Date("0000-03-01T00:00:00.000Z"), "0001-03-01T00:00:00.000Z BC"],
  [new Date("-000043-03-15T00:00:00.000Z"), "0044-03-15T00:00:00.000Z BC"],
  [["a", null, 'b"\\', [1, 2]], '{"a",NULL,"b\\"\\\\",{"1","2"}}'],
  [[], "{}"],
  [{ a: [1] }, '{"a":[1]}'],
];

for (const [value, expected] of values) {
  test(`the value ${expected}`, () => assert.is(copyValue(value), expected));
}

const misfits: [what: string, format: CopyFormat, items: unknown[], message: RegExp][] = [
  ["undefined", text, [["a"], ["a", undefined]], /: row 1, column 1: it is undefined; give null/],
  ["a function", text, [[() => {}]], /: row 0, column 0: it is a function; give null/],
  ["an invalid date", text, [[new Date(Number.NaN)]], /column 0: the date is invalid/],
  ["half a character", csv, [["\ud800"]], /column 0: it holds half of a surrogate pair/],
  ["an object", text, [{ a: 1 }], /: item 0: it is an object; give rows as arrays/],
  ["a number", text, [1], /: item 0: it is a number; give rows as arrays/],
  ["a row in binary", formatOf("copy t from stdin (format binary)"), [["a"]], /the COPY is in binary; give/],
  ["a row to match", formatOf("copy t from stdin (header match)"), [["a"]], /the COPY matches a header;/],
  ["text in latin1", formatOf("copy t from stdin (encoding 'latin1')"), ["a"], /the COPY is in latin1; give/],
];

for (const [what, format, items, message] of misfits) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => written(format, items as CopyItem[]),
      (error: unknown) => error instanceof TypeError && message.test(error.message),
    );
  });
}

test("what cannot be read as rows is refused", () => {
  for (const options of ["format binary", "encoding 'latin1'"]) {
    assert.throws(
      () => new CopyReader(formatOf(`copy t to stdout (${options})`)),
      /^copy to rows: the COPY is in/,
    );
  }
});

test.run();
