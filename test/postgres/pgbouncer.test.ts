import { suite } from "uvu";
import * as assert from "uvu/assert";
import { blockingModule } from "../../mod.ts";
import { type PgBouncer, pgbouncerProgram, startPgBouncer } from "../support/pgbouncer.ts";
import { isServerThere, ownDatabase } from "../support/postgres.ts";
import { within } from "../support/within.ts";
import type { Place } from "./pgbouncer/logic.ts";

const logic = blockingModule<typeof import("./pgbouncer/logic.ts")>(
  new URL("./pgbouncer/logic.ts", import.meta.url),
);

const suiteOfAll = suite("postgres: PgBouncer in transaction mode");
const program = pgbouncerProgram();
const test = program !== undefined && (await isServerThere()) ? suiteOfAll : suiteOfAll.skip;

const database = ownDatabase("bounced");
let bouncer: PgBouncer;
let place: Place;

test("set up", async () => {
  await database.create();
  bouncer = await startPgBouncer(program ?? "", database.url);
  place = { url: bouncer.url, options: { prepare: false, poolSize: 2 } };
  await within(logic.createTable(place));
});

test("tasks beside each other, on two sessions", async () => {
  const wrong = await within(Promise.all([1, 2, 3, 4, 5, 6].map((task) => logic.work(place, task))), 60);
  assert.equal(wrong.flat(), []);
});

test("types of one's own, types to ask for, and what is refused", async () => {
  assert.equal(await within(logic.typesAndErrors(place)), [
    [1, 2],
    { a: [1, 2], p: [1, 2] },
    "DataError",
    "ProgrammingError",
    "DataError",
    1,
  ]);
});

test("no session keeps a statement", async () => {
  assert.is(await within(logic.keptStatements(place)), 0);
});

test("clear up", async () => {
  bouncer.stop();
  await database.drop();
});

suiteOfAll.run();
