/**
 * Drizzle's own description of the tables: data alone, of which each thread may load a copy.
 *
 * Drizzle infers the types; they are written out because the sources here are checked with `isolatedDeclarations`.
 */

import type { $Type, HasDefault, IsPrimaryKey, NotNull } from "drizzle-orm";
import {
  integer,
  jsonb,
  type PgColumnBuilderBase,
  type PgIntegerBuilderInitial,
  type PgJsonbBuilderInitial,
  type PgSerialBuilderInitial,
  type PgTextBuilderInitial,
  type PgTimestampBuilderInitial,
  pgTable,
  serial,
  text,
  timestamp,
} from "drizzle-orm/pg-core";

type Text = PgTextBuilderInitial<"", [string, ...string[]]>;

type Table<Name extends string, Columns extends Record<string, PgColumnBuilderBase>> = ReturnType<
  typeof pgTable<Name, Columns>
>;

type Id = IsPrimaryKey<NotNull<PgSerialBuilderInitial<"">>>;

export const people: Table<
  "people",
  {
    id: Id;
    name: NotNull<Text>;
    age: PgIntegerBuilderInitial<"">;
    born: PgTimestampBuilderInitial<"">;
    tags: HasDefault<NotNull<$Type<PgJsonbBuilderInitial<"">, string[]>>>;
  }
> = pgTable("people", {
  id: serial().primaryKey(),
  name: text().notNull().unique(),
  age: integer(),
  born: timestamp({ withTimezone: true }),
  tags: jsonb().$type<string[]>().notNull().default([]),
});

export const pets: Table<
  "pets",
  { id: Id; ownerId: NotNull<PgIntegerBuilderInitial<"owner_id">>; name: NotNull<Text>; kind: Text }
> = pgTable("pets", {
  id: serial().primaryKey(),
  ownerId: integer("owner_id").notNull(),
  name: text().notNull(),
  kind: text(),
});
