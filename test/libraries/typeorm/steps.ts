/** The same steps for `await` and for `awaitlet()`. */

import type { DataSource, EntityManager, QueryBuilder, SelectQueryBuilder } from "typeorm";
import type { Does, Steps } from "../../support/steps.ts";
import { failure } from "../failure.ts";
import type * as entities from "./entities.ts";

type Entities = typeof entities;
type Person = entities.Person;

// biome-ignore lint/suspicious/noExplicitAny: what a yield gives is whatever was awaited
type Part<T> = Generator<unknown, T, any>;

function* setUp({ dataSource, Person }: Entities, url: string): Part<DataSource> {
  const db = (yield dataSource(url)) as DataSource;
  yield db.initialize();
  yield db.query("drop table if exists typeorm_pets, typeorm_people");
  yield db.synchronize();
  const people = db.getRepository(Person);
  yield people.save([
    { name: "ann", age: 30, pets: [{ kind: "cat" }, { kind: "dog" }] },
    { name: "bob", age: 7 },
    { name: "Zoë", age: null, pets: [{ kind: "cat" }] },
  ]);
  return db;
}

function* tearDown(db: DataSource): Part<void> {
  yield db.query("drop table typeorm_pets, typeorm_people");
  yield db.destroy();
}

export const steps = {
  *finds(of: Entities, url: string): Steps {
    const { In, IsNull, Like, MoreThan, Not, Person } = of;
    const db = yield* setUp(of, url);
    const people = db.getRepository(Person);
    const order = { id: "ASC" } as const;
    const names = (found: Person[]) => found.map(({ name }) => name);
    const given = [
      names(yield people.find({ order })),
      names(yield people.findBy({ age: MoreThan(10) })),
      names(yield people.find({ where: [{ name: Like("Z%") }, { age: 7 }], order })),
      names(yield people.find({ where: { name: In(["ann", "bob"]), age: Not(7) } })),
      names(yield people.findBy({ age: IsNull() })),
      yield people.findOneBy({ name: "nobody" }),
      yield people.count(),
      yield people.exists({ where: { name: "ann" } }),
      names((yield people.findAndCount({ take: 2, skip: 1, order }))[0]),
    ];
    yield* tearDown(db);
    return given;
  },
  *entities(of: Entities, url: string): Steps {
    const db = yield* setUp(of, url);
    const people = db.getRepository(of.Person);
    const ann = (yield people.findOneOrFail({ where: { name: "ann" }, relations: { pets: true } })) as Person;
    const seen = [ann.constructor.name, ann.greet(), ann.name, ann.age, ann.pets.length];
    const kinds = ann.pets.map(({ kind }) => kind).sort();
    ann.age = 31;
    const saved = (yield people.save(ann)) as Person;
    const again = (yield people.findOneBy({ id: ann.id })) as Person;
    yield* tearDown(db);
    return [seen, kinds, saved === ann, again.age, JSON.stringify(again), Object.keys(again).sort()];
  },
  *builds(of: Entities, url: string): Steps {
    const { Brackets, Person, Pet } = of;
    const db = yield* setUp(of, url);
    const people = db.getRepository(Person);
    const brackets = yield new Brackets((within) => {
      within.where("p.age > :least", { least: 20 }).orWhere("p.age is null");
    });
    const given = [
      (yield people.createQueryBuilder("p").where("p.age > :age", { age: 8 }).getMany()).length,
      yield people
        .createQueryBuilder("p")
        .where(brackets)
        .orderBy("p.id")
        .select("p.name", "name")
        .getRawMany(),
      yield people
        .createQueryBuilder("p")
        .where((query: SelectQueryBuilder<Person>) => {
          const owners = query.subQuery().select("pet.ownerId").from(Pet, "pet").where("pet.kind = 'dog'");
          return `p.id in ${owners.getQuery()}`;
        })
        .getCount(),
      yield people
        .createQueryBuilder("p")
        .leftJoin("p.pets", "pet")
        .select("p.name", "name")
        .addSelect("count(pet.id)::int", "pets")
        .groupBy("p.id")
        .orderBy("p.id")
        .getRawMany(),
      yield db
        .createQueryBuilder()
        .select("o.n", "n")
        .from(
          (query: SelectQueryBuilder<Person>) => query.select("count(*)::int", "n").from(Person, "p"),
          "o",
        )
        .getRawOne(),
      yield people.createQueryBuilder("p").where("p.id = :id", { id: 1 }).getSql(),
    ];
    yield* tearDown(db);
    return given;
  },
  *changes(of: Entities, url: string): Steps {
    const db = yield* setUp(of, url);
    const people = db.getRepository(of.Person);
    const inserted = yield people.insert({ name: "dan", age: 1 });
    const updated = yield people.update({ name: "dan" }, { age: 2 });
    yield people.increment({ name: "dan" }, "age", 5);
    yield people.upsert({ name: "dan", age: 40 }, ["name"]);
    const { age } = (yield people.findOneByOrFail({ name: "dan" })) as Person;
    yield people.softDelete({ name: "dan" });
    const gone = yield people.findOneBy({ name: "dan" });
    const kept = (yield people.findOne({ where: { name: "dan" }, withDeleted: true })) as Person;
    const { affected } = yield people.delete({ name: "bob" });
    yield* tearDown(db);
    return [
      inserted.identifiers.length,
      updated.affected,
      age,
      gone,
      kept.deletedAt instanceof Date,
      affected,
    ];
  },
  *transactions(of: Entities, url: string, does: Does): Steps {
    const db = yield* setUp(of, url);
    const awaiting = yield db.transaction(
      does(function* (manager: EntityManager): Steps {
        const inside = manager.getRepository(of.Person);
        const dora = (yield inside.save({ name: "dora", age: 1 })) as Person;
        yield inside.increment({ id: dora.id }, "age", 4);
        return ((yield inside.findOneByOrFail({ name: "dora" })) as Person).age;
      }),
    );
    let thrown: unknown;
    try {
      yield db.transaction(
        does(function* (manager: EntityManager): Steps {
          yield manager.getRepository(of.Person).save({ name: "emil" });
          throw new RangeError("thought better of it");
        }),
      );
    } catch (error) {
      thrown = [error instanceof RangeError, failure(error)];
    }
    const people = db.getRepository(of.Person);
    const committed = yield db.transaction((manager: EntityManager) =>
      manager.getRepository(of.Person).save({ name: "eve", age: 1 }),
    );
    let failed: unknown;
    try {
      yield db.transaction((manager: EntityManager) =>
        manager.getRepository(of.Person).save([{ name: "fay" }, { name: "ann" }]),
      );
    } catch (error) {
      failed = failure(error);
    }
    const runner = yield db.createQueryRunner();
    yield runner.connect();
    yield runner.startTransaction();
    yield runner.manager.getRepository(of.Person).save({ name: "gus" });
    const within = yield runner.query("select count(*)::int as n from typeorm_people");
    yield runner.rollbackTransaction();
    yield runner.release();
    const count = yield people.count();
    yield* tearDown(db);
    return [awaiting, thrown, committed.name, failed, within, runner.isReleased, count];
  },
  *errors(of: Entities, url: string): Steps {
    const db = yield* setUp(of, url);
    const people = db.getRepository(of.Person);
    const failures: unknown[] = [];
    const tries: (() => Promise<unknown>)[] = [
      () => people.insert({ name: "ann" }),
      () => people.findOneByOrFail({ name: "nobody" }),
      () => db.query("select * from typeorm_nowhere"),
      () => people.createQueryBuilder("p").where("p.nothing = 1").getMany(),
    ];
    for (const attempt of tries) {
      try {
        yield attempt();
      } catch (error) {
        failures.push(failure(error));
      }
    }
    yield* tearDown(db);
    return failures;
  },
  *describes(of: Entities, url: string): Steps {
    const db = yield* setUp(of, url);
    const { tableName, columns } = (yield db.getMetadata(of.Person)) as {
      tableName: string;
      columns: { propertyName: string }[];
    };
    const query = (yield db.createQueryBuilder()) as QueryBuilder<Person>;
    const given = [tableName, columns.map(({ propertyName }) => propertyName), query.escape("a")];
    yield* tearDown(db);
    return [...given, db.isInitialized];
  },
};
