/**
 * The server's own types, by OID.
 *
 * @module
 */

export const BOOL = 16;
export const BYTEA = 17;
export const INT8 = 20;
export const INT2 = 21;
export const INT4 = 23;
export const OID = 26;
export const JSON_TEXT = 114;
export const FLOAT4 = 700;
export const FLOAT8 = 701;
export const DATE = 1082;
export const TIMESTAMP = 1114;
export const TIMESTAMPTZ = 1184;
export const JSONB = 3802;

/** A type as values are read and written: a scalar one, or an array of it. A domain is what it is made of. */
export interface ServerType {
  /** The OID of the scalar type. */
  readonly oid: number;
  readonly isArray: boolean;
}

/** The scalar types, each with its array type. */
const ARRAYS: readonly [scalar: number, array: number][] = [
  [BOOL, 1000],
  [BYTEA, 1001],
  [18, 1002], // "char"
  [19, 1003], // name
  [INT8, 1016],
  [INT2, 1005],
  [INT4, 1007],
  [25, 1009], // text
  [OID, 1028],
  [JSON_TEXT, 199],
  [142, 143], // xml
  [600, 1017], // point
  [601, 1018], // lseg
  [602, 1019], // path
  [604, 1027], // polygon
  [628, 629], // line
  [650, 651], // cidr
  [FLOAT4, 1021],
  [FLOAT8, 1022],
  [718, 719], // circle
  [774, 775], // macaddr8
  [790, 791], // money
  [829, 1040], // macaddr
  [869, 1041], // inet
  [1042, 1014], // char(n)
  [1043, 1015], // varchar
  [DATE, 1182],
  [1083, 1183], // time
  [TIMESTAMP, 1115],
  [TIMESTAMPTZ, 1185],
  [1186, 1187], // interval
  [1266, 1270], // timetz
  [1560, 1561], // bit
  [1562, 1563], // varbit
  [1700, 1231], // numeric
  [2950, 2951], // uuid
  [3614, 3643], // tsvector
  [3615, 3645], // tsquery
  [JSONB, 3807],
  [3904, 3905], // int4range
  [3906, 3907], // numrange
  [3908, 3909], // tsrange
  [3910, 3911], // tstzrange
  [3912, 3913], // daterange
  [3926, 3927], // int8range
  [4451, 6150], // int4multirange
  [4532, 6151], // nummultirange
  [4533, 6152], // tsmultirange
  [4534, 6153], // tstzmultirange
  [4535, 6155], // datemultirange
  [4536, 6157], // int8multirange
];

/** Types without an array type that is listed: box (its arrays are delimited by semicolons), unknown, record, void. */
const OTHERS: readonly number[] = [603, 705, 2249, 2278];

/** The types that need no asking for. */
export const KNOWN_TYPES: ReadonlyMap<number, ServerType> = new Map([
  ...OTHERS.map((oid): [number, ServerType] => [oid, { oid, isArray: false }]),
  ...ARRAYS.flatMap(([oid, array]): [number, ServerType][] => [
    [oid, { oid, isArray: false }],
    [array, { oid, isArray: true }],
  ]),
]);

/** The types whose values the server is asked for in binary form: it is shorter, and sooner read. */
export const BINARY_TYPES: ReadonlySet<number> = new Set([
  BOOL,
  BYTEA,
  INT8,
  INT2,
  INT4,
  OID,
  FLOAT8,
  TIMESTAMP,
  TIMESTAMPTZ,
]);
