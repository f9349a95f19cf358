type Expected = Readonly<Record<string, unknown>>;

/**
 * What is thrown for each statement that the server refuses.
 *
 * @param schema The schema that their tables stand in.
 * @returns The name of each, the class and the fields of its error, and what it says.
 */
export function refusalsIn(schema: string): [what: string, expected: Expected, message: RegExp][] {
  const integrity = { severity: "ERROR", isIntegrityError: true, schema };
  const other = { severity: "ERROR", isIntegrityError: false };
  return [
    [
      "unique",
      {
        ...integrity,
        class: "UniqueViolation",
        code: "23505",
        table: "book",
        constraint: "book_title_key",
        detail: "Key (title)=(one) already exists.",
      },
      /^duplicate key value violates unique constraint "book_title_key"$/,
    ],
    [
      "foreignKey",
      {
        ...integrity,
        class: "ForeignKeyViolation",
        code: "23503",
        table: "book",
        constraint: "book_author_fkey",
        detail: 'Key (author)=(99) is not present in table "author".',
      },
      /violates foreign key constraint "book_author_fkey"$/,
    ],
    [
      "referredTo",
      {
        ...integrity,
        class: "ForeignKeyViolation",
        code: "23503",
        table: "book",
        constraint: "book_author_fkey",
        detail: 'Key (id)=(1) is still referenced from table "book".',
      },
      /on table "author" violates foreign key constraint/,
    ],
    [
      "check",
      {
        ...integrity,
        class: "CheckViolation",
        code: "23514",
        table: "author",
        constraint: "author_age_check",
        detail: "Failing row contains (3, -1).",
      },
      /violates check constraint "author_age_check"$/,
    ],
    [
      "notNull",
      {
        ...integrity,
        class: "NotNullViolation",
        code: "23502",
        table: "book",
        column: "title",
        detail: "Failing row contains (2, null, 1).",
      },
      /^null value in column "title"/,
    ],
    [
      "exclusion",
      {
        ...integrity,
        class: "ExclusionViolation",
        code: "23P01",
        table: "stay",
        constraint: "stay_during_excl",
        detail: "Key (during)=([4,6)) conflicts with existing key (during)=([1,5)).",
      },
      /violates exclusion constraint/,
    ],
    [
      "syntax",
      { ...other, class: "ProgrammingError", code: "42601", position: 16 },
      /^syntax error at or near "\$1"\nline 2: {3}frm \$1\n {14}\^$/,
    ],
    [
      "syntaxAfterWideCharacters",
      { ...other, class: "ProgrammingError", code: "42601", position: 17 },
      /^syntax error at or near "x"\nline 1: select '\u{1f600}\u{1f600}' frm x\n/u,
    ],
    [
      "missingTable",
      { ...other, class: "ProgrammingError", code: "42P01", position: 15 },
      /^relation "\w+\.nothing" does not exist\nline 1: select/,
    ],
    [
      "missingColumn",
      {
        ...other,
        class: "ProgrammingError",
        code: "42703",
        position: 8,
        hint: 'Perhaps you meant to reference the column "book.title".',
      },
      /^column "titel" does not exist\nline 1: select titel/,
    ],
    ["divisionByZero", { ...other, class: "DataError", code: "22012" }, /^division by zero$/],
    [
      "malformed",
      { ...other, class: "DataError", code: "22P02" },
      /^invalid input syntax for type integer: "abc"$/,
    ],
    ["readOnly", { ...other, class: "DatabaseError", code: "25006" }, /in a read-only transaction$/],
  ];
}
