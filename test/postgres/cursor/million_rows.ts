import { createEngine, sql } from "../../../src/postgres/mod.ts";

/** Streams rows: how many came, and the sum of their ids. */
export function million(url: string, count: number): [number, number] {
  const engine = createEngine(url);
  const result = engine.begin((conn): [number, number] => {
    let [rows, sum] = [0, 0];
    const query = sql`select i as id, 'name ' || i as name, i * 1.5::float8 as score from generate_series(1, ${count}::int) i`;
    for (const row of conn.stream<{ id: number }>(query)) {
      rows += 1;
      sum += row.id;
    }
    return [rows, sum];
  });
  engine.dispose();
  return result;
}
