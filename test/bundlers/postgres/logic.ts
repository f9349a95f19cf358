// Its blocking code.
import { type Connection, type Engine, sql } from "../../../src/postgres/mod.ts";

export const ask = (conn: Connection, word: string): unknown =>
  conn.execute(sql`select ${word}::text`).scalar();

export const askEngine = (engine: Engine): unknown => engine.begin((conn) => ask(conn, "by an engine"));

export const mistake = (engine: Engine): unknown =>
  engine.begin((conn) => conn.execute(sql`selct 1`).scalar());
