/** The entities: on the loop alone, as what uses TypeORM is. */

import { DataSource, EntitySchema } from "typeorm";

export { Brackets, In, IsNull, Like, MoreThan, Not } from "typeorm";

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

const people = new EntitySchema<Person>({
  name: "Person",
  target: Person,
  tableName: "typeorm_people",
  columns: {
    id: { type: Number, primary: true, generated: true },
    name: { type: String, unique: true },
    age: { type: Number, nullable: true },
    deletedAt: { type: "timestamptz", deleteDate: true, nullable: true },
  },
  relations: { pets: { type: "one-to-many", target: "Pet", inverseSide: "owner", cascade: true } },
});

const pets = new EntitySchema<Pet>({
  name: "Pet",
  target: Pet,
  tableName: "typeorm_pets",
  columns: { id: { type: Number, primary: true, generated: true }, kind: { type: String } },
  relations: { owner: { type: "many-to-one", target: "Person", inverseSide: "pets", onDelete: "CASCADE" } },
});

export function dataSource(url: string): DataSource {
  return new DataSource({
    type: "postgres",
    url,
    entities: [people, pets],
    dropSchema: false,
    poolSize: 2,
  });
}
