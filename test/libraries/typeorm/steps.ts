/** The same steps for `await` and for `awaitlet()`. */

import process from "node:process";
import type { DataSource, EntityManager, QueryBuilder, QueryRunner, SelectQueryBuilder } from "typeorm";
import type { Does, Steps } from "../../support/steps.ts";
import { failure } from "../failure.ts";
import type * as entities from "./entities.ts";

type Entities = typeof entities;
type Person = entities.Person;
type Pet = entities.Pet;

const tables = `typeorm_pets_${process.pid}, typeorm_people_${process.pid}`;
const migrated = `typeorm_migrated_${process.pid}`;

// biome-ignore lint/suspicious/noExplicitAny: what a yield gives is whatever was awaited
type Part<T> = Generator<unknown, T, any>;

function* setUp({ dataSource, Person }: Entities, url: string): Part<DataSource> {
  const db = (yield dataSource(url)) as DataSource;
  yield db.initialize();
  yield db.query(`drop table if exists ${tables}`);
  yield db.synchronize();
  const people = db.getRepository(Person);
  yield people.save([
    { name: "ann", age: 30, pets: [{ kind: "cat" }, { kind: "dog" }] },
    { name: "bob", age: 7 },
    { name: "Zoë", age: null, pets: [{ kind: "cat" }] },
  ]);
  return db;
}

/** What `instanceof` says, or throws. */
function isInstance(value: unknown, Class: abstract new (...args: never[]) => unknown): unknown {
  try {
    return value instanceof Class;
  } catch (error) {
    return failure(error);
  }
}

function* tearDown(db: DataSource): Part<void> {
  yield db.query(`drop table ${tables}`);
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
    const within = yield runner.query(`select count(*)::int as n from typeorm_people_${process.pid}`);
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
  *operators(of: Entities, url: string): Steps {
    const { Between, Equal, ILike, In, LessThanOrEqual, Not, Person, Raw } = of;
    const db = yield* setUp(of, url);
    const people = db.getRepository(Person);
    const names = (found: Person[]) => found.map(({ name }) => name).sort();
    const given = [
      names(yield people.findBy({ age: Raw((alias) => `${alias} % 2 = 0`) })),
      names(yield people.findBy({ age: Raw((alias) => `${alias} < :most`, { most: 20 }) })),
      names(yield people.findBy({ age: Between(1, 10) })),
      names(yield people.findBy({ name: ILike("A%"), age: LessThanOrEqual(30) })),
      names(yield people.findBy({ name: Not(In(["ann", "bob"])) })),
      names(yield people.findBy({ name: Equal("bob") })),
      names(yield people.find({ where: { pets: { kind: "dog" } } })),
      yield people.find({
        select: { name: true },
        order: { age: { direction: "DESC", nulls: "LAST" } },
        take: 1,
      }),
      yield [people.sum("age"), people.maximum("age"), people.countBy({ age: Not(7) })],
    ];
    yield* tearDown(db);
    return given;
  },
  *instances(of: Entities, url: string): Steps {
    const { Person } = of;
    const db = yield* setUp(of, url);
    const people = db.getRepository(Person);
    const dora = (yield new Person()) as Person;
    dora.name = "dora";
    dora.age = 4;
    const saved = (yield db.manager.save(dora)) as Person;
    const emil = (yield people.create({ name: "emil", pets: [{ kind: "fish" }] })) as Person;
    emil.age = 5;
    yield people.save([emil]);
    const seen = [saved === dora, dora.id, dora.greet(), dora instanceof Person, emil.constructor.name];
    const all = (yield people.find({
      relations: { pets: true },
      order: { id: "ASC", pets: { id: "ASC" } },
    })) as Person[];
    const found = all.map((person) => [
      person instanceof Person,
      person.greet(),
      person.pets.map(({ kind }) => kind),
    ]);
    for (const person of all) person.age = (person.age ?? 0) + 1;
    yield people.save(all);
    const ages = ((yield people.find({ order: { id: "ASC" } })) as Person[]).map(({ age }) => age);
    const ann = all[0] as Person;
    yield people.remove(ann);
    const gone = [ann.id, yield people.existsBy({ name: "ann" }), yield people.hasId(ann)];
    const merged = (yield people.merge(emil, { age: 50 })) as Person;
    const loaded = (yield people.preload({ id: emil.id, name: "emilio" })) as Person;
    yield* tearDown(db);
    return [seen, found, ages, gone, merged === emil, merged.age, loaded.name, JSON.stringify(loaded)];
  },
  // A class without methods.
  *plainInstances(of: Entities, url: string): Steps {
    const { Pet } = of;
    const db = yield* setUp(of, url);
    const cat = (yield db.manager.findOneByOrFail(Pet, { kind: "cat" })) as Pet;
    const fish = (yield new Pet()) as Pet;
    fish.kind = "fish";
    const told: unknown[] = [cat.constructor.name, fish.constructor.name];
    try {
      told.push((yield db.manager.save(fish)) === fish, fish.id);
      yield db.manager.remove(cat);
    } catch (error) {
      told.push(failure(error));
    }
    told.push(yield db.manager.count(Pet));
    yield* tearDown(db);
    return told;
  },
  *relations(of: Entities, url: string): Steps {
    const { Person, Pet } = of;
    const db = yield* setUp(of, url);
    const pets = db.getRepository(Pet);
    const bob = (yield db.getRepository(Person).findOneByOrFail({ name: "bob" })) as Person;
    const rex = (yield pets.findOneOrFail({ where: { kind: "dog" }, relations: { owner: true } })) as Pet;
    const owners = [rex.owner.name, rex.owner.greet(), rex.owner instanceof Person];
    rex.owner = bob;
    yield pets.save(rex);
    const fish = (yield pets.create({ kind: "fish", owner: bob })) as Pet;
    yield pets.save(fish);
    const of2 = (yield db.createQueryBuilder().relation(Person, "pets").of(bob).loadMany()) as Pet[];
    const cat = (yield pets.findOneByOrFail({ kind: "cat" })) as Pet;
    yield db.createQueryBuilder().relation(Pet, "owner").of(cat).set(bob.id);
    const joined = (yield db
      .getRepository(Person)
      .createQueryBuilder("p")
      .leftJoinAndSelect("p.pets", "pet", "pet.kind <> :kind", { kind: "fish" })
      .orderBy("p.id")
      .addOrderBy("pet.id")
      .getMany()) as Person[];
    const { entities, raw } = yield pets.createQueryBuilder("pet").orderBy("pet.id").getRawAndEntities();
    yield* tearDown(db);
    return [
      owners,
      of2.map(({ kind }) => kind).sort(),
      joined.map(({ name, pets }) => [name, pets.map(({ kind }) => kind)]),
      entities.length,
      raw.length,
    ];
  },
  *statements(of: Entities, url: string): Steps {
    const { Brackets, Person } = of;
    const db = yield* setUp(of, url);
    const inserted = yield db
      .createQueryBuilder()
      .insert()
      .into(Person)
      .values([{ name: "dan", age: () => "20 + 1" }, { name: "ann" }])
      .orIgnore()
      .returning(["name", "age"])
      .execute();
    const updated = yield db
      .createQueryBuilder()
      .update(Person)
      .set({ age: () => "age + 1" })
      .where("age > :age", { age: 8 })
      .returning("age")
      .execute();
    const query = (yield db
      .getRepository(Person)
      .createQueryBuilder("p")
      .select("p.name", "name")) as SelectQueryBuilder<Person>;
    query.where("p.age is not null");
    for (const least of [5, 20]) query.andWhere(`p.age > :least${least}`, { [`least${least}`]: least });
    const bracketed = query.andWhere(
      new Brackets((either) => {
        for (const name of ["ann", "dan"]) either.orWhere(`p.name = :${name}`, { [name]: name });
        either.orWhere(new Brackets((both) => void both.where("p.id = 2").andWhere("p.age = 7")));
      }),
    );
    const names = yield bracketed.orderBy("p.name").getRawMany();
    const [sql, values] = yield bracketed.getQueryAndParameters();
    const { affected } = yield db.createQueryBuilder().delete().from(Person).where("age is null").execute();
    const [rows, count] = yield db
      .getRepository(Person)
      .createQueryBuilder("p")
      .skip(1)
      .take(1)
      .getManyAndCount();
    yield* tearDown(db);
    return [inserted.raw, updated.raw, updated.affected, names, sql, values, affected, rows.length, count];
  },
  *runner(of: Entities, url: string): Steps {
    const db = yield* setUp(of, url);
    const runner = (yield db.createQueryRunner()) as QueryRunner;
    const told: unknown[] = [];
    yield runner.startTransaction("REPEATABLE READ");
    try {
      yield runner.manager.insert(of.Person, { name: "gus" });
      yield runner.startTransaction();
      yield runner.manager.update(of.Person, { name: "gus" }, { age: 3 });
      yield runner.rollbackTransaction();
      told.push(yield runner.manager.findOneBy(of.Person, { name: "gus" }));
      yield runner.manager.insert(of.Person, { name: "ann" });
      yield runner.commitTransaction();
    } catch (error) {
      told.push(failure(error), runner.isTransactionActive);
      yield runner.rollbackTransaction();
    } finally {
      yield runner.release();
    }
    try {
      yield runner.query("select 1");
    } catch (error) {
      told.push(failure(error));
    }
    const nested = yield db.transaction("SERIALIZABLE", (manager: EntityManager) =>
      manager.transaction((inner) => inner.save(of.Person, { name: "hal" })),
    );
    told.push(nested.name, yield db.manager.countBy(of.Person, {}));
    yield* tearDown(db);
    return told;
  },
  *softly(of: Entities, url: string): Steps {
    const db = yield* setUp(of, url);
    const people = db.getRepository(of.Person);
    const ann = (yield people.findOneByOrFail({ name: "ann" })) as Person;
    yield people.softRemove(ann);
    const told = [
      ann.deletedAt instanceof Date,
      yield people.count(),
      yield people.count({ withDeleted: true }),
    ];
    yield people.recover(ann);
    told.push(ann.deletedAt, yield people.count());
    yield people.softDelete({ name: "bob" });
    yield people.restore({ name: "bob" });
    yield people.decrement({ name: "bob" }, "age", 2);
    told.push(((yield people.findOneByOrFail({ name: "bob" })) as Person).age);
    yield people.deleteAll();
    told.push(yield people.find());
    yield* tearDown(db);
    return told;
  },
  *migrations(of: Entities, url: string): Steps {
    const db = (yield of.dataSource(url)) as DataSource;
    yield db.initialize();
    const told: unknown[] = [yield db.showMigrations()];
    const ran = (yield db.runMigrations({ transaction: "each" })) as { name: string; instance: object }[];
    told.push(ran.map(({ name, instance }) => [name, instance instanceof of.MakeTable1700000000001]));
    told.push(yield db.query(`select id from ${migrated} order by id`), yield db.showMigrations());
    yield db.undoLastMigration();
    told.push(yield db.query(`select id from ${migrated}`));
    yield db.undoLastMigration();
    yield db.query(`drop table ${migrated}_done`);
    yield db.destroy();
    return told;
  },
  *instancesOfErrors(of: Entities, url: string): Steps {
    const { EntityNotFoundError, Person, QueryFailedError } = of;
    const db = yield* setUp(of, url);
    const people = db.getRepository(Person);
    const told: unknown[] = [];
    for (const attempt of [
      () => people.insert({ name: "ann" }),
      () => people.findOneByOrFail({ name: "nobody" }),
    ]) {
      try {
        yield attempt();
      } catch (error) {
        told.push(isInstance(error, QueryFailedError), isInstance(error, EntityNotFoundError));
      }
    }
    yield* tearDown(db);
    return told;
  },
  *causesOfErrors(of: Entities, url: string): Steps {
    const db = yield* setUp(of, url);
    const told: unknown[] = [];
    for (const attempt of [
      () => db.query("insert into nowhere values ($1)", [1]),
      () => db.getRepository(of.Person).save({ name: "ann" }),
    ]) {
      try {
        yield attempt();
      } catch (error) {
        const { query, parameters, driverError } = error as Error & {
          query: string;
          parameters: unknown[];
          driverError: Error;
        };
        told.push(failure(error), query, parameters, failure(driverError), driverError instanceof Error);
      }
    }
    try {
      yield of.dataSource("postgres://postgres@127.0.0.1:1/test").initialize();
    } catch (error) {
      told.push(failure(error));
    }
    yield* tearDown(db);
    return told;
  },
};
