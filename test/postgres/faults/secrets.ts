import { inspect } from "node:util";
import { createEngine, type Engine, type EngineOptions, type Query, sql } from "../../../src/postgres/mod.ts";
import { textsOf } from "./texts.ts";

/** Everything that can be read of what is thrown by each of these uses. */
export function textsOfFailures(url: string, options: EngineOptions = {}): string[] {
  const failing: [query: Query, more?: EngineOptions][] = [
    [sql`select ${"a value"} frm x`],
    [sql`select 1 / ${0}::int`],
    ["select" as unknown as Query],
    [sql`select pg_terminate_backend(pg_backend_pid())`],
    [sql`select pg_sleep(60)`, { statementTimeout: 20 }],
  ];
  const texts = failing.flatMap(([query, more]) =>
    textsThrownBy(url, { ...options, ...more }, (engine) => engine.begin((conn) => conn.execute(query))),
  );
  const exhaust = (engine: Engine) => {
    const conn = engine.connect();
    conn.begin();
    try {
      engine.connect().begin();
    } finally {
      conn.close();
    }
  };
  texts.push(...textsThrownBy(url, { ...options, poolSize: 1, poolTimeout: 20 }, exhaust));
  texts.push(...textsThrownBy(url, { ...options, poolSize: -1 }, () => {}));
  return texts;
}

function textsThrownBy(url: string, options: EngineOptions, use: (engine: Engine) => void): string[] {
  let engine: Engine | undefined;
  try {
    engine = createEngine(url, options);
    use(engine);
  } catch (error) {
    return textsOf(error);
  } finally {
    engine?.dispose();
  }
  throw new Error("it did not throw");
}

/** What is shown of the objects themselves. */
export function textsOfObjects(url: string): string[] {
  const engine = createEngine(url, { echo: true });
  const texts = engine.begin((conn) => {
    const result = conn.execute(sql`select ${"a value"}::text as value`);
    return [engine, conn, result].flatMap((shown) => [
      inspect(shown, { depth: 9, showHidden: true }),
      JSON.stringify(shown) ?? "",
      String(shown),
    ]);
  });
  engine.dispose();
  return texts;
}

/** Fails where only the loop sees it. */
export function fail(url: string): void {
  const engine = createEngine(url);
  try {
    engine.begin((conn) => conn.execute(sql`select ${"a value"} frm x`));
  } finally {
    engine.dispose();
  }
}
