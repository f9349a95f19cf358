/** A value, as SQL and as the language has it. */
export interface Case {
  /** The type, as SQL names it. */
  readonly type: string;
  /** The value as SQL text; `null` for SQL's null. */
  readonly text: string | null;
  /** What is read, and what is sent. */
  readonly value: unknown;
  /** What is sent, where that is something else than what is read. */
  readonly sent?: unknown;
  /** Whether there is no array of that type here. */
  readonly noArray?: boolean;
}

const bytes = (...values: number[]) => Uint8Array.from(values);
const date = (text: string) => new Date(text);

/** Every plane of Unicode that holds characters, and what is special to Postgres, arrays and JSON. */
export const UNICODE =
  "aé\u0301ß€中\ud7ff\ue000\ufffd\u{1f600}\u{20000}\u{30000}\u{e0041}\u{10ffff} \"'\\,{}[]()NULL\n\t\x01\x7f";

export const cases: readonly Case[] = [
  { type: "int2", text: "-32768", value: -32768 },
  { type: "int2", text: "32767", value: 32767 },
  { type: "int4", text: "0", value: 0 },
  { type: "int4", text: "-1", value: -1 },
  { type: "int4", text: "2147483647", value: 2147483647 },
  { type: "int4", text: "-2147483648", value: -2147483648 },
  { type: "oid", text: "4294967295", value: 4294967295 },
  { type: "int8", text: "0", value: 0 },
  { type: "int8", text: "-1", value: -1 },
  { type: "int8", text: "4294967296", value: 4294967296 },
  { type: "int8", text: "9007199254740991", value: 9007199254740991 },
  { type: "int8", text: "-9007199254740991", value: -9007199254740991 },
  { type: "int8", text: "9007199254740992", value: 9007199254740992n },
  { type: "int8", text: "9007199254740993", value: 9007199254740993n },
  { type: "int8", text: "-9007199254740993", value: -9007199254740993n },
  { type: "int8", text: "9223372036854775807", value: 9223372036854775807n },
  { type: "int8", text: "-9223372036854775808", value: -9223372036854775808n },
  { type: "int8", text: "7", value: 7, sent: 7n },
  {
    type: "numeric",
    text: "123456789012345678901234567890.123456789",
    value: "123456789012345678901234567890.123456789",
  },
  { type: "numeric", text: "1.50", value: "1.50" },
  { type: "numeric", text: "NaN", value: "NaN" },
  { type: "numeric", text: "1.5", value: "1.5", sent: 1.5 },
  { type: "numeric", text: "9007199254740993", value: "9007199254740993", sent: 9007199254740993n },
  { type: "numeric(10,2)", text: "-0.10", value: "-0.10" },
  { type: "float4", text: "1.1", value: 1.1 },
  { type: "float4", text: "-3.4e38", value: -3.4e38 },
  { type: "float4", text: "NaN", value: Number.NaN },
  { type: "float8", text: "0.1", value: 0.1 },
  { type: "float8", text: "1.7976931348623157e308", value: Number.MAX_VALUE },
  { type: "float8", text: "5e-324", value: Number.MIN_VALUE },
  { type: "float8", text: "NaN", value: Number.NaN },
  { type: "float8", text: "Infinity", value: Number.POSITIVE_INFINITY },
  { type: "float8", text: "-Infinity", value: Number.NEGATIVE_INFINITY },
  { type: "float8", text: "-0", value: -0 },
  { type: "money", text: "$1,234.50", value: "$1,234.50" },
  { type: "bool", text: "t", value: true },
  { type: "bool", text: "f", value: false },
  { type: "text", text: "", value: "" },
  { type: "text", text: UNICODE, value: UNICODE },
  { type: "text", text: "true", value: "true", sent: true },
  { type: "text", text: "1.5", value: "1.5", sent: 1.5 },
  {
    type: "text",
    text: "2024-02-29T12:34:56.789Z",
    value: "2024-02-29T12:34:56.789Z",
    sent: date("2024-02-29T12:34:56.789Z"),
  },
  { type: "varchar(5)", text: "été", value: "été" },
  { type: "char(3)", text: "a  ", value: "a  " },
  { type: "name", text: "a", value: "a" },
  { type: "bytea", text: "\\x", value: bytes() },
  { type: "bytea", text: "\\x0001ff5c22", value: bytes(0, 1, 255, 0x5c, 0x22) },
  { type: "bytea", text: "\\x010203", value: bytes(1, 2, 3), sent: bytes(1, 2, 3).buffer },
  { type: "bytea", text: "\\x0203", value: bytes(2, 3), sent: new DataView(bytes(1, 2, 3).buffer, 1) },
  { type: "date", text: "2024-02-29", value: "2024-02-29" },
  { type: "date", text: "0044-03-15 BC", value: "0044-03-15 BC" },
  { type: "date", text: "infinity", value: "infinity" },
  { type: "date", text: "2024-02-29", value: "2024-02-29", sent: date("2024-02-29T23:59:59.999Z") },
  { type: "time", text: "12:34:56.789012", value: "12:34:56.789012" },
  { type: "timetz", text: "12:34:56+02", value: "12:34:56+02" },
  { type: "timestamp", text: "2024-02-29 12:34:56.789", value: date("2024-02-29T12:34:56.789Z") },
  { type: "timestamp", text: "1969-12-31 23:59:59.999", value: date("1969-12-31T23:59:59.999Z") },
  { type: "timestamp", text: "1970-01-01 00:00:00", value: date("1970-01-01T00:00:00Z") },
  { type: "timestamp", text: "2024-07-01 02:30:00", value: date("2024-07-01T02:30:00Z") },
  { type: "timestamp", text: "9999-12-31 23:59:59.999", value: date("9999-12-31T23:59:59.999Z") },
  { type: "timestamp", text: "10000-01-01 00:00:00.001", value: date("+010000-01-01T00:00:00.001Z") },
  { type: "timestamp", text: "0099-01-02 03:04:05", value: date("0099-01-02T03:04:05Z") },
  { type: "timestamp", text: "0001-01-01 00:00:00.5", value: date("0001-01-01T00:00:00.500Z") },
  { type: "timestamp", text: "0044-03-15 00:00:00 BC", value: date("-000043-03-15T00:00:00Z") },
  { type: "timestamp", text: "infinity", value: Number.POSITIVE_INFINITY },
  { type: "timestamp", text: "-infinity", value: Number.NEGATIVE_INFINITY },
  { type: "timestamptz", text: "2024-02-29 12:34:56.789+00", value: date("2024-02-29T12:34:56.789Z") },
  { type: "timestamptz", text: "2024-02-29 12:34:56.001+05:30", value: date("2024-02-29T07:04:56.001Z") },
  { type: "timestamptz", text: "1800-01-01 00:00:00.123+00", value: date("1800-01-01T00:00:00.123Z") },
  { type: "timestamptz", text: "1000-01-01 00:00:00.123+00", value: date("1000-01-01T00:00:00.123Z") },
  { type: "timestamptz", text: "0044-03-15 12:00:00.25+00 BC", value: date("-000043-03-15T12:00:00.250Z") },
  { type: "timestamptz", text: "infinity", value: Number.POSITIVE_INFINITY },
  { type: "interval", text: "1 year 2 mons 3 days 04:05:06.789", value: "1 year 2 mons 3 days 04:05:06.789" },
  {
    type: "uuid",
    text: "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
    value: "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
  },
  { type: "json", text: '{"a":[1,null,"é\\"",{"b":false}]}', value: { a: [1, null, 'é"', { b: false }] } },
  { type: "jsonb", text: '[1, [2, "x"], {}]', value: [1, [2, "x"], {}], noArray: true },
  { type: "jsonb", text: '"a string"', value: "a string" },
  { type: "jsonb", text: '"{\\"a\\": 1}"', value: '{"a": 1}' },
  { type: "jsonb", text: "12.5", value: 12.5 },
  { type: "jsonb", text: "true", value: true },
  { type: "jsonb", text: JSON.stringify(UNICODE), value: UNICODE },
  { type: "int4[]", text: "{}", value: [], noArray: true },
  { type: "int4[]", text: "{1,NULL,-3}", value: [1, null, -3], noArray: true },
  {
    type: "int4[]",
    text: "{{1,2},{3,NULL}}",
    value: [
      [1, 2],
      [3, null],
    ],
    noArray: true,
  },
  { type: "int4[]", text: "[2:4]={1,2,3}", value: [1, 2, 3], sent: "[2:4]={1,2,3}", noArray: true },
  { type: "int8[]", text: "{9007199254740993,1}", value: [9007199254740993n, 1], noArray: true },
  {
    type: "text[]",
    text: '{"","a b","NULL",NULL,"\\"\\\\,{}"}',
    value: ["", "a b", "NULL", null, '"\\,{}'],
    noArray: true,
  },
  { type: "text[]", text: "{{{a}},{{b}}}", value: [[["a"]], [["b"]]], noArray: true },
  { type: "numeric[]", text: "{1.10,NaN}", value: ["1.10", "NaN"], noArray: true },
  { type: "point[]", text: '{"(1,2)","(3,4)"}', value: ["(1,2)", "(3,4)"], noArray: true },
  { type: "int4range", text: "[1,10)", value: "[1,10)" },
  { type: "tstzrange", text: "empty", value: "empty" },
  { type: "int4multirange", text: "{[1,3),[5,8)}", value: "{[1,3),[5,8)}" },
  { type: "inet", text: "192.168.0.1/24", value: "192.168.0.1/24" },
  { type: "cidr", text: "2001:db8::/32", value: "2001:db8::/32" },
  { type: "macaddr", text: "08:00:2b:01:02:03", value: "08:00:2b:01:02:03" },
  { type: "bit(3)", text: "101", value: "101" },
  { type: "point", text: "(1.5,-2)", value: "(1.5,-2)" },
  { type: "box", text: "(1,1),(0,0)", value: "(1,1),(0,0)", noArray: true },
  {
    type: "box[]",
    text: "{(1,1),(0,0);(2,2),(1,1)}",
    value: "{(1,1),(0,0);(2,2),(1,1)}",
    noArray: true,
  },
  { type: "tsvector", text: "'a':1 'b':2", value: "'a':1 'b':2" },
  { type: "xml", text: "<a>é</a>", value: "<a>é</a>", noArray: true },
  // What the tests create.
  { type: "mood", text: "so so", value: "so so" },
  { type: "mood[]", text: '{happy,"so so",NULL}', value: ["happy", "so so", null], noArray: true },
  { type: "age", text: "18", value: 18 },
  { type: "document", text: '{"a": "b"}', value: { a: "b" } },
  { type: "document", text: '"b"', value: "b" },
  { type: "ages", text: "{1,2}", value: [1, 2], noArray: true },
  { type: "pair", text: '(1,"a ""b"" é")', value: '(1,"a ""b"" é")' },
  { type: "span", text: "[1.5,2.5]", value: "[1.5,2.5]" },
  // SQL's null is null, whatever the type.
  ...["int4", "text", "jsonb", "bytea", "timestamptz", "int4[]", "mood"].map(
    (type): Case => ({ type, text: null, value: null, noArray: true }),
  ),
];
