/** The same steps for `await` and for `awaitlet()`. */

import type { Knex } from "knex";
import type { Does, Steps } from "../../support/steps.ts";
import { failure } from "../failure.ts";

type MakeKnex = typeof import("knex").knex;

const people = "knex_people";
const pets = "knex_pets";

// biome-ignore lint/suspicious/noExplicitAny: what a yield gives is whatever was awaited
function* setUp(knex: MakeKnex, url: string): Generator<unknown, Knex, any> {
  const db = (yield knex({ client: "pg", connection: url, pool: { min: 0, max: 2 } })) as Knex;
  yield db.schema.dropTableIfExists(pets).dropTableIfExists(people);
  yield db.schema.createTable(people, (table) => {
    table.increments("id").primary();
    table.string("name", 40).notNullable().unique();
    table.integer("age");
    table.timestamp("born", { useTz: true }).defaultTo("2020-01-02T03:04:05Z");
  });
  yield db.schema.createTable(pets, function (this: Knex.CreateTableBuilder, table) {
    table.increments();
    table.integer("owner_id").notNullable().references("id").inTable(people).onDelete("CASCADE");
    this.enum("kind", ["cat", "dog"]).notNullable();
    table.index(["owner_id", "kind"]);
  });
  yield db(people).insert([
    { name: "ann", age: 30 },
    { name: "bob", age: 7 },
    { name: "Zoë", age: null },
  ]);
  yield db(pets).insert([
    { owner_id: 1, kind: "cat" },
    { owner_id: 1, kind: "dog" },
    { owner_id: 3, kind: "cat" },
  ]);
  return db;
}

// biome-ignore lint/suspicious/noExplicitAny: see above
function* tearDown(db: Knex): Generator<unknown, void, any> {
  yield db.schema.dropTable(pets).dropTable(people);
  yield db.destroy();
}

export const steps = {
  *schema(knex: MakeKnex, url: string): Steps {
    const db = yield* setUp(knex, url);
    yield db.schema.alterTable(people, (table) => {
      table.text("note").defaultTo("none");
      table.dropColumn("born");
    });
    const given = [
      yield db.schema.hasTable(people),
      yield db.schema.hasColumn(people, "born"),
      Object.keys(yield db(people).columnInfo()),
      yield db(people).where({ name: "ann" }).first(),
    ];
    yield* tearDown(db);
    return given;
  },
  *conditions(knex: MakeKnex, url: string): Steps {
    const db = yield* setUp(knex, url);
    const given = [
      yield db(people).where({ name: "ann" }).select("id", "age"),
      yield db(people)
        .where((query) => query.where("age", ">", 20).orWhereNull("age"))
        .orderBy("id")
        .pluck("name"),
      yield db(people)
        .where((query) => {
          query.where("age", "<", 20);
          query.orWhere("name", "like", "Z%");
        })
        .orderBy("id")
        .pluck("name"),
      yield db(people)
        .where(function (this: Knex.QueryBuilder) {
          this.where("age", ">", 5).andWhere("age", "<", 10);
        })
        .pluck("name"),
      yield db(people)
        .whereNot(function (this: Knex.QueryBuilder) {
          this.where("name", "ann").orWhere((inner) => inner.where("age", 7));
        })
        .pluck("name"),
      yield db(people)
        .whereIn("id", db(pets).where("kind", "cat").select("owner_id"))
        .orderBy("id")
        .pluck("name"),
      yield db(people)
        .whereExists(function (this: Knex.QueryBuilder) {
          this.select(db.raw("1"))
            .from(pets)
            .whereRaw("owner_id = ??", [`${people}.id`]);
        })
        .count({ n: "*" }),
    ];
    yield* tearDown(db);
    return given;
  },
  *joins(knex: MakeKnex, url: string): Steps {
    const db = yield* setUp(knex, url);
    const given = [
      yield db(people)
        .join(pets, (join) => {
          join.on(`${pets}.owner_id`, "=", `${people}.id`).andOnVal(`${pets}.kind`, "=", "cat");
        })
        .orderBy(`${people}.id`)
        .select("name", "kind"),
      yield db(people)
        .leftJoin(pets, `${pets}.owner_id`, `${people}.id`)
        .groupBy("name")
        .having(db.raw(`count(${pets}.id)`), ">", 0)
        .orderBy("name")
        .select("name")
        .count({ pets: `${pets}.id` }),
      yield db
        .with("cats", (query) => query.select("owner_id").from(pets).where("kind", "cat"))
        .from("cats")
        .orderBy("owner_id")
        .select("owner_id"),
      yield db(people)
        .select("name", (query: Knex.QueryBuilder) => {
          query
            .count("*")
            .from(pets)
            .whereRaw("owner_id = ??", [`${people}.id`])
            .as("n");
        })
        .orderBy("name"),
      yield db(people)
        .modify((query, least: number) => {
          query.where("age", ">=", least);
        }, 8)
        .pluck("name"),
    ];
    yield* tearDown(db);
    return given;
  },
  *changes(knex: MakeKnex, url: string): Steps {
    const db = yield* setUp(knex, url);
    const rows = Array.from({ length: 25 }, (_, i) => ({ name: `n${i}` }));
    const inserted = yield db.batchInsert(people, rows, 10);
    const given = [
      yield db(people).insert({ name: "dan", age: 1 }).returning(["id", "name"]),
      yield db(people).where({ name: "dan" }).increment("age", 5),
      yield db(people).where({ name: "dan" }).update({ name: "don" }, ["age"]),
      yield db(people).insert({ name: "ann", age: 31 }).onConflict("name").merge().returning("age"),
      inserted.map(({ rowCount }: { rowCount: number }) => rowCount),
      yield db(people).where("name", "like", "n%").del(),
      yield db.raw("select ?::int + ?::int as sum", [1, 2]).then(({ rows }) => rows),
    ];
    yield* tearDown(db);
    return given;
  },
  *transactions(knex: MakeKnex, url: string, does: Does): Steps {
    const db = yield* setUp(knex, url);
    const awaiting = yield db.transaction(
      does(function* (trx: Knex.Transaction): Steps {
        const [row] = yield trx(people).insert({ name: "hal" }).returning("id");
        yield trx(people).where(row).update({ age: 50 });
        return yield trx(people).where(row).first("age");
      }),
    );
    let thrown: unknown;
    try {
      yield db.transaction(
        does(function* (trx: Knex.Transaction): Steps {
          yield trx(people).insert({ name: "ida" });
          throw new RangeError("thought better of it");
        }),
      );
    } catch (error) {
      thrown = [error instanceof RangeError, failure(error)];
    }
    const committed = yield db.transaction((trx) => trx(people).insert({ name: "eve" }).returning("name"));
    let rolledBack: unknown;
    try {
      yield db.transaction((trx) =>
        trx(people)
          .insert({ name: "fay" })
          .then(() => trx(people).insert({ name: "ann" })),
      );
    } catch (error) {
      rolledBack = failure(error);
    }
    const trx = yield db.transaction();
    yield trx(people).insert({ name: "gus" });
    yield trx.rollback();
    const names = yield db(people).orderBy("id").pluck("name");
    yield* tearDown(db);
    return [awaiting, thrown, committed, rolledBack, trx.isCompleted(), names];
  },
  *errors(knex: MakeKnex, url: string): Steps {
    const db = yield* setUp(knex, url);
    const failures: unknown[] = [];
    for (const query of [
      db(people).insert({ name: "ann" }),
      db(people).select("nothing"),
      db("knex_nowhere").select(),
      db(people).insert({ age: "x" }),
    ]) {
      try {
        yield query;
      } catch (error) {
        failures.push(failure(error));
      }
    }
    yield* tearDown(db);
    return failures;
  },
  *built(knex: MakeKnex, url: string): Steps {
    const db = yield* setUp(knex, url);
    const query = yield db(people)
      .where("age", ">", 5)
      .andWhere((within) => within.where("name", "ann").orWhere("name", "bob"))
      .toSQL()
      .toNative();
    const text = yield db(people).where({ name: "it's" }).toQuery();
    yield* tearDown(db);
    return [query.sql, query.bindings, text];
  },
  *events(knex: MakeKnex, url: string): Steps {
    const db = yield* setUp(knex, url);
    const told: unknown[] = [];
    db.on("query", ({ sql, bindings }: { sql: string; bindings: unknown[] }) => told.push([sql, bindings]));
    yield db(people).where({ id: 1 }).select("name");
    db.removeAllListeners("query");
    yield* tearDown(db);
    return told;
  },
};
