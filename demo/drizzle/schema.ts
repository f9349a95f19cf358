// The tables, as Drizzle describes them.
import { relations } from "drizzle-orm";
import { integer, pgTable, serial, text } from "drizzle-orm/pg-core";

export const people = pgTable("people", {
  id: serial().primaryKey(),
  name: text().notNull().unique(),
  age: integer(),
});

export const pets = pgTable("pets", {
  id: serial().primaryKey(),
  ownerId: integer("owner_id")
    .notNull()
    .references(() => people.id),
  name: text().notNull(),
});

export const peopleRelations = relations(people, ({ many }) => ({ pets: many(pets) }));
export const petsRelations = relations(pets, ({ one }) => ({
  owner: one(people, { fields: [pets.ownerId], references: [people.id] }),
}));
