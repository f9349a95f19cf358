/** The entities: on the loop alone, as what uses TypeORM is. */

import process from "node:process";
import { DataSource, EntitySchema, type MigrationInterface, type QueryRunner } from "typeorm";

export {
  Between,
  Brackets,
  EntityNotFoundError,
  Equal,
  ILike,
  In,
  IsNull,
  LessThanOrEqual,
  Like,
  MoreThan,
  Not,
  QueryFailedError,
  Raw,
} from "typeorm";

/** The tables. */
export const people: string = `typeorm_people_${process.pid}`;
export const pets: string = `typeorm_pets_${process.pid}`;
export const migrated: string = `typeorm_migrated_${process.pid}`;

export class Person {
  id!: number;
  name!: string;
  age!: number | null;
  pets!: Pet[];
  deletedAt!: Date | null;

  greet(): string {
    return `I am ${this.name}`;
  }
}

export class Pet {
  id!: number;
  kind!: string;
  owner!: Person;
}

const personSchema = new EntitySchema<Person>({
  name: "Person",
  target: Person,
  tableName: people,
  columns: {
    id: { type: Number, primary: true, generated: true },
    name: { type: String, unique: true },
    age: { type: Number, nullable: true },
    deletedAt: { type: "timestamptz", deleteDate: true, nullable: true },
  },
  relations: { pets: { type: "one-to-many", target: "Pet", inverseSide: "owner", cascade: true } },
});

const petSchema = new EntitySchema<Pet>({
  name: "Pet",
  target: Pet,
  tableName: pets,
  columns: { id: { type: Number, primary: true, generated: true }, kind: { type: String } },
  relations: { owner: { type: "many-to-one", target: "Person", inverseSide: "pets", onDelete: "CASCADE" } },
});

export class MakeTable1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table ${migrated} (id int primary key)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable(migrated);
  }
}

export class FillTable1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`insert into ${migrated} values (1), (2)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.clearTable(migrated);
  }
}

export function dataSource(url: string): DataSource {
  return new DataSource({
    type: "postgres",
    url,
    entities: [personSchema, petSchema],
    dropSchema: false,
    poolSize: 2,
    migrations: [MakeTable1700000000001, FillTable1700000000002],
    migrationsTableName: `${migrated}_done`,
  });
}
