/**
 * What a statement may do to the session that it runs in, judged by its words.
 *
 * The judgement errs on the safe side: what is not known is taken for what changes the session.
 *
 * @module
 */

/** What a statement may do to its session. */
export interface StatementKind {
  /** Whether it only reads, and neither sees nor changes what belongs to a session: any connection will do. */
  readonly isPlainRead: boolean;
  /** Whether it may leave something behind in the session: a setting, a temporary table, a lock, a cursor. */
  readonly changesSession: boolean;
  /** Whether it may leave a statement that it has prepared, or have the server forget those of others. */
  readonly changesStatements: boolean;
}

/** Comments, strings, quoted names, $tag$…$tag$, parameters, words, and anything else by the character. */
const TOKENS =
  /--[^\n]*|\/\*[\s\S]*?\*\/|e'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$\w*\$)[\s\S]*?\1|\$\d+|[\w\u0080-\uffff]+|\S/giu;

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/** What a plain read begins with. */
const READS = words("select values table with");

/** Words that no plain read has in it, wherever they stand. */
const NO_READ = words("into insert update delete merge for lock current_schema current_catalog");

/** The first words of statements that change nothing in the session but what their functions do. */
const HARMLESS = words(
  `select values table with insert update delete merge begin start commit end rollback abort savepoint release alter drop
   truncate comment grant revoke analyze vacuum explain refresh reindex cluster notify create copy checkpoint lock`,
);

/** Words before a parenthesis that call nothing. */
const NO_CALLS = words(
  `all and any array as between bit by case cast char character check create decimal default distinct else except exists
   filter float from foreign generated group grouping having ilike in include index intersect interval into is join key
   lateral like limit materialized not numeric nullif on only or over partition precision primary recursive references
   returning row rows select set sets some table then time timestamp timestamptz union unique unnest using values varchar
   varying when where with within bpchar conflict coalesce greatest least inherits exclude identity tablesample`,
);

/** Functions that neither see nor change what belongs to a session. */
const PLAIN_FUNCTIONS = words(
  `abs age array_agg array_length array_position array_to_json array_to_string avg bit_and bit_or bool_and bool_or btrim
   cardinality ceil ceiling char_length concat concat_ws count cume_dist date date_part date_trunc decode dense_rank div encode
   every exp extract first_value floor format generate_series initcap int4range int8range json_agg json_array_elements
   json_array_elements_text json_array_length json_build_array json_build_object json_each json_each_text json_object_agg
   jsonb_agg jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object jsonb_each
   jsonb_each_text jsonb_object_agg jsonb_object_keys jsonb_set json_object_keys lag last_value lead left length ln log lower
   lpad ltrim make_date make_interval make_timestamp make_timestamptz max md5 min mod now nth_value ntile numrange octet_length
   overlay percent_rank percentile_cont percentile_disc plainto_tsquery position power rank regexp_matches regexp_replace
   regexp_split_to_array repeat replace reverse right round row_number row_to_json rpad rtrim sign split_part sqrt starts_with
   stddev string_agg string_to_array strpos substr substring sum to_char to_date to_json to_jsonb to_number to_timestamp
   to_tsquery to_tsvector translate trim trunc ts_rank tsrange tstzrange upper variance websearch_to_tsquery width_bucket`,
);

/** Functions that see the session, or change others: they leave nothing behind. */
const HARMLESS_FUNCTIONS = words(
  `clock_timestamp current_database current_schema current_setting currval gen_random_uuid hashtext hashtextextended lastval
   nextval pg_advisory_xact_lock pg_backend_pid pg_cancel_backend pg_column_size pg_notify pg_relation_size pg_sleep
   pg_terminate_backend pg_total_relation_size pg_try_advisory_xact_lock pg_typeof random setval statement_timestamp
   transaction_timestamp txid_current version`,
);

const kinds = new Map<string, StatementKind>();

/** Of how many statements the kind is remembered. */
const MOST = 1000;

/** The kind of a statement. */
export function kindOf(text: string): StatementKind {
  let kind = kinds.get(text);
  if (kind === undefined) {
    if (kinds.size >= MOST) kinds.clear();
    kind = judge(text);
    kinds.set(text, kind);
  }
  return kind;
}

function judge(text: string): StatementKind {
  const tokens = tokensOf(text);
  const first = tokens[0] ?? "";
  let isPlainRead = READS.has(first);
  let changesSession = !HARMLESS.has(first);
  tokens.forEach((token, i) => {
    const before = tokens[i - 1] ?? "";
    if (NO_READ.has(token) || /^"?pg_/.test(token) || (token === ";" && i < tokens.length - 1)) {
      isPlainRead = false;
    }
    if (token === "temp" || token === "temporary" || token === UNKNOWN) changesSession = true;
    // The table that `select … into` makes may be a temporary one.
    if (token === "into" && before !== "insert" && before !== "merge") changesSession = true;
    if (tokens[i + 1] !== "(" || !isName(token) || isListOfColumns(tokens, i)) return;
    // With a schema before it, it may be a function of the caller's own.
    const isBuiltIn = before !== "." || tokens[i - 2] === "pg_catalog";
    if (isBuiltIn && (NO_CALLS.has(token) || PLAIN_FUNCTIONS.has(token))) return;
    isPlainRead = false;
    if (!(isBuiltIn && HARMLESS_FUNCTIONS.has(token)) && !DEFINITIONS.has(first)) changesSession = true;
  });
  return {
    isPlainRead: isPlainRead && !changesSession,
    changesSession,
    changesStatements: changesSession && STATEMENTS.has(first),
  };
}

/** What may prepare a statement, or have the server forget those that are prepared. */
const STATEMENTS = words("prepare deallocate discard execute do call");

/** Statements in which a name before a parenthesis is that of a table, an index or a type. */
const DEFINITIONS = words("create alter drop truncate analyze vacuum comment grant revoke refresh");

function isName(token: string): boolean {
  return /^["\w\u0080-\uffff]/.test(token) && !/^\d/.test(token);
}

/** Whether what follows a name are columns: `insert into a (b)`, `with a (b) as (…)`, `from … as a (b)`. */
function isListOfColumns(tokens: readonly string[], at: number): boolean {
  let start = at;
  while (tokens[start - 1] === ".") start -= 2;
  return ["into", "with", "recursive", "as", "copy"].includes(tokens[start - 1] ?? "");
}

/** What cannot be told apart: a comment in a comment. */
const UNKNOWN = "/*";

/** The statements of a text: it is cut at each semicolon that stands in no comment, string or quoted name. */
export function splitStatements(text: string): string[] {
  const statements: string[] = [];
  let start = 0;
  let isEmpty = true;
  const cut = (end: number) => {
    if (!isEmpty) statements.push(text.slice(start, end));
    start = end + 1;
    isEmpty = true;
  };
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    if (token === ";") cut(index);
    else if (!/^(?:--|\/\*)/.test(token)) isEmpty = false;
  }
  cut(text.length);
  return statements;
}

/** The tokens in lower case, without comments; a string is an empty one. */
function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  for (const [token] of text.matchAll(TOKENS)) {
    if (token.startsWith("/*")) {
      if (token.indexOf("/*", 1) !== -1) tokens.push(UNKNOWN);
    } else if (/^(e?'|\$\D)/i.test(token)) tokens.push("''");
    else if (!token.startsWith("--")) tokens.push(token.toLowerCase());
  }
  return tokens;
}
