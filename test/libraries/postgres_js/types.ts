/** Blocking code over postgres.js as it stands: values of many types, there and back, and errors. */

import { asyncModule, awaitlet } from "../../../mod.ts";

const { sql } = asyncModule<typeof import("./db.ts")>(new URL("./db.ts", import.meta.url));

export interface Everything {
  big: bigint;
  moment: Date;
  document: { list: number[]; nested: { text: string | null } };
  bytes: Uint8Array;
  numbers: number[];
  texts: string[];
  yes: boolean;
  real: number;
  nothing: null;
}

export function roundTrip(everything: Everything): Everything | undefined {
  const { big, moment, document, bytes, numbers, texts, yes, real, nothing } = everything;
  const [row] = awaitlet(sql<Everything[]>`
    select
      ${sql.types.bigint(big)}::int8 as big,
      ${moment}::timestamptz as moment,
      ${sql.json(document)}::jsonb as document,
      ${bytes}::bytea as bytes,
      ${sql.array(numbers)}::int[] as numbers,
      ${sql.array(texts, 1009)}::text[] as texts,
      ${yes}::bool as yes,
      ${real}::float8 as real,
      ${nothing}::text as nothing
  `);
  return row;
}

/** What a caller sees of an error, all fields read on the blocking thread. */
export interface Seen {
  isError: boolean;
  name: string;
  message: string;
  code: unknown;
  detail: unknown;
  constraint: unknown;
  stack: string;
}

function see(fn: () => void): Seen {
  try {
    fn();
  } catch (error) {
    const { name, message, code, detail, constraint_name, stack } = error as Error & Record<string, unknown>;
    return {
      isError: error instanceof Error,
      name,
      message,
      code,
      detail,
      constraint: constraint_name,
      stack: stack ?? "",
    };
  }
  throw new Error("it threw nothing");
}

export function violateUniqueness(): Seen {
  awaitlet(sql`create table singles (name text constraint only_one unique)`);
  awaitlet(sql`insert into singles values (${"ann"})`);
  const seen = see(() => {
    awaitlet(sql`insert into singles values (${"ann"})`);
  });
  awaitlet(sql`drop table singles`);
  return seen;
}

export function misspell(): Seen {
  return see(() => awaitlet(sql`selekt 1`));
}

export function passUndefined(): Seen {
  return see(() => awaitlet(sql`select ${undefined as unknown as string}`));
}

export function uncaught(): never {
  awaitlet(sql`select * from nowhere`);
  throw new Error("it was not thrown");
}
