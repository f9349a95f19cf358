/**
 * Objects as an ORM gives them, and the same data as plain objects.
 *
 * @module
 */

const COUNT = 1000;

export class Person {
  id: number;
  name: string;
  email: string;
  score: number;
  active: boolean;
  created: Date;

  constructor(i: number) {
    this.id = i + 1;
    this.name = `name ${i}`;
    this.email = `someone.${i}@example.com`;
    this.score = i * 1.25;
    this.active = i % 2 === 0;
    this.created = new Date(1_700_000_000_000 + i * 60_000);
  }

  async save(): Promise<void> {}

  greeting(): string {
    return `hello ${this.name}`;
  }
}

export async function entities(): Promise<Person[]> {
  return Array.from({ length: COUNT }, (_, i) => new Person(i));
}

/** Made as those are, so that making them costs as much. */
export async function records(): Promise<Pick<Person, "id" | "score">[]> {
  return (await entities()).map((person) => ({ ...person }));
}
