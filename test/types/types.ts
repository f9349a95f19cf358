/** Checked by the compiler alone, as a part of `npm run check`: this module is never run. */

import {
  asyncDef,
  asyncModule,
  awaitlet,
  blockingModule,
  ContextVar,
  eventLoop,
  hold,
  iterate,
  type Live,
  type Recorded,
  syncDef,
  syncModule,
  transfer,
} from "../../mod.ts";
import type { Logic } from "./modules.ts";
import * as Modules from "./modules.ts";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only where `A` is exactly the type of `value`. */
function is<A>() {
  return <B>(_value: B, ..._same: Equal<A, B> extends true ? [] : ["the types differ", B]): void => {};
}

export function expressions(): void {
  const db = asyncModule<typeof Modules>(new URL("./modules.ts", import.meta.url));
  // Generics, overloads, `this` and chains are those of the module.
  is<Promise<"a">>()(db.identity("a" as const));
  is<number>()(awaitlet(db.identity(1)));
  is<[number, string]>()(awaitlet(db.pair(1, "b")));
  is<string>()(awaitlet(db.parse("1")));
  is<number>()(awaitlet(db.parse(1, 2)));
  is<number>()(awaitlet(db.plain(1)));
  is<{ id: number; name: string }[]>()(awaitlet(db.table.where("id").all()));
  is<string>()(awaitlet(db.table.name));
  is<number>()(awaitlet(new db.Counter(1).increment()));
  // @ts-expect-error there is no such column
  db.table.where("age");
  // @ts-expect-error no overload takes a string and a number
  db.parse("1", 2);
  // @ts-expect-error it takes a number
  new db.Counter("1");
  // @ts-expect-error there is no such function
  db.missing();
  // A plain callback may stand for an async one.
  awaitlet(db.each([1, 2], (item) => is<number>()(item)));
}

export function several(): void {
  const db = asyncModule<typeof Modules>(new URL("./modules.ts", import.meta.url));
  const [a, b, c] = awaitlet([db.identity(1), db.identity("x"), true] as const);
  is<number>()(a);
  is<string>()(b);
  is<true>()(c);
  is<number[]>()(awaitlet([db.identity(1), db.identity(2)]));
  const { when, deep } = awaitlet({ when: new Date(), deep: { name: db.identity("x") } });
  is<Date>()(when);
  is<string>()(deep.name);
  is<Map<string, number>>()(awaitlet(new Map<string, number>()));
  is<Uint8Array>()(awaitlet(new Uint8Array() as Uint8Array));
  is<undefined>()(awaitlet(undefined));
}

export function references(): void {
  const db = asyncModule<typeof Modules>(new URL("./modules.ts", import.meta.url));
  const counter = hold(db.connect());
  is<number>()(awaitlet(counter.increment()));
  counter[Symbol.dispose]();
  for (const row of iterate(db.rows())) is<{ id: number }>()(row);
  // @ts-expect-error a number cannot be iterated over
  for (const row of iterate(db.identity(1))) row.toFixed();
  is<({ id: number } & Disposable) | null>()(hold(db.findRow(1)));
  is<undefined>()(hold(db.nothing()));
  const child = hold(db.spawn());
  is<boolean>()(awaitlet(child.kill()));
  is<{ code: number }>()(awaitlet(child));
  is<number>()(awaitlet(child.code));
  for (const line of iterate(child)) is<string>()(line);
  for (const line of iterate(db.spawn())) is<string>()(line);
  const response = hold(eventLoop.fetch("http://127.0.0.1/"));
  is<string>()(awaitlet(response.text()));
}

export function recorded(): void {
  const db = asyncModule<Recorded<typeof Modules>>(new URL("./modules.ts", import.meta.url));
  const child = db.named("names");
  is<{ name: string }>()(awaitlet(child));
  is<string>()(awaitlet(child.name));
  // @ts-expect-error it is no string before it is awaited
  child.name.toUpperCase();
  is<{ id: number } | null>()(awaitlet(db.findRow(1)));
  is<number>()(awaitlet(new db.Box(1).size()));
  is<undefined>()(awaitlet(db.nothing()));
}

export async function live(box: Live<Modules.Box>): Promise<void> {
  is<Promise<number>>()(box.size());
  is<number>()(box.value);
}

export async function tasks(): Promise<void> {
  const logic = blockingModule<Logic>(new URL("./logic.ts", import.meta.url));
  is<Promise<string>>()(logic.rename(1, "x"));
  is<Promise<string>>()(asyncDef(logic.rename, 1, "x"));
  is<Promise<string>>()(asyncDef.with({ assertAwaitOccurs: true, grace: 1 })(logic.rename, 1, "x"));
  is<Promise<void>>()(logic.nothing());
  // @ts-expect-error it is imported itself
  asyncDef(Modules.plain, 1);
  // @ts-expect-error a closure cannot move to another thread
  asyncDef(() => 1);
  // @ts-expect-error so it is with options
  asyncDef.with({ grace: 1 })(Modules.plain, 1);
  // @ts-expect-error an argument is missing
  asyncDef(logic.rename, 1);
  // @ts-expect-error the name is no number
  logic.rename(1, 2);
  // @ts-expect-error it is no function, so it is not there
  logic.version;
  // Where blocking code takes a function, the caller may give an async one.
  await logic.withImplementation(async (host, port) => `${host}:${port.toFixed()}`);
  await logic.withImplementation((host) => host);
  await asyncDef(logic.withImplementation, async (host: string) => host);
  // @ts-expect-error it gives a number where a string is needed
  await logic.withImplementation(async () => 1);
  await logic.withPort({ read: async () => "line", write: async () => {} });
  for await (const number of logic.numbers(3)) is<number>()(number);
  for await (const number of asyncDef(logic.numbers, 3)) is<number>()(number);
}

export function plainPrograms(): void {
  is<string>()(syncDef((id: number, name: string) => `${id}${name}`, 1, "x"));
  // @ts-expect-error the name is missing
  syncDef((id: number, name: string) => `${id}${name}`, 1);
  const db = syncModule<typeof Modules>(new URL("./modules.ts", import.meta.url));
  is<number>()(db.plain(1));
  is<{ id: number }>()(awaitlet({ id: db.plain(1) }));
  is<number>()(syncDef.with({ timeout: 1 })(() => 1));
}

export function values(): void {
  const user = new ContextVar<string>("user");
  is<string | undefined>()(user.get());
  is<number>()(user.run("ann", () => 1));
  // @ts-expect-error a user is a string
  user.set(1);
  const bytes = new Uint8Array(1);
  is<Uint8Array<ArrayBuffer>>()(transfer(bytes, [bytes.buffer]));
}
