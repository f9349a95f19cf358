import { createEngine, sql } from "../../../src/postgres/mod.ts";

/** A hash of bytes that come in chunks, whatever the chunks: FNV-1a. */
class Hash {
  value = 0x811c9dc5;

  add(bytes: Uint8Array): void {
    let hash = this.value;
    for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ (bytes[i] as number), 16_777_619);
    this.value = hash;
  }
}

// So much that it would be noticed if it were kept.
const padding = "x".repeat(150);

/** Copies rows in, and out again. Returns how many each time, and whether the bytes are the same. */
export function million(url: string, count: number): [number, number | undefined, boolean] {
  const engine = createEngine(url);
  const sent = new Hash();
  const encoder = new TextEncoder();
  function* rows(): Generator<unknown[]> {
    for (let i = 0; i < count; i++) {
      const row = [i, `name\t${i} é${padding}`, i % 3 === 0 ? null : i / 4];
      sent.add(encoder.encode(`${i}\tname\\t${i} é${padding}\t${row[2] ?? "\\N"}\n`));
      yield row;
    }
  }
  const result = engine.begin((conn): [number, number | undefined, boolean] => {
    conn.execute(sql`create temporary table million (id int, name text, score float8) on commit drop`);
    const rowsIn = conn.copyFrom(sql`copy million from stdin`, rows());
    const received = new Hash();
    const output = conn.copyTo(sql`copy million to stdout`);
    for (const chunk of output) received.add(chunk);
    return [rowsIn, output.rowCount, sent.value === received.value];
  });
  engine.dispose();
  return result;
}
