// Blocking code over it: callbacks are called at once, as they are in any program.
import { createEngine } from "../../src/postgres/mod.ts";
import { db, run } from "./builder.ts";

export function celebrate(url: string, name: string): { name: string; age: number | null; pets: number }[] {
  return createEngine(url).begin((conn) => {
    const update = db
      .updateTable("person")
      .set((person) => ({ age: person("age", "+", 1) }))
      .where("name", "=", name);
    if (run(conn, update).rowCount === 0) throw new RangeError(`there is nobody called ${name}`);
    const select = db
      .selectFrom("person")
      .select((person) => [
        "name",
        "age",
        person
          .selectFrom("pet")
          .whereRef("pet.owner_id", "=", "person.id")
          .select(({ cast, fn }) => cast<number>(fn.countAll(), "integer").as("n"))
          .$asScalar()
          .$notNull()
          .as("pets"),
      ])
      .where((person) => person.or([person("name", "=", name), person("age", ">", 20)]))
      .orderBy("name");
    return run(conn, select).all();
  });
}
