/**
 * Code in traditional style: every call returns when it is done.
 *
 * @module
 */

import type { Engine } from "../../src/postgres/mod.ts";
import { A, metadata } from "../model.ts";
import { select } from "../orm/select.ts";
import { sessionmaker } from "../orm/session.ts";

export function setupTables(engine: Engine): void {
  engine.begin((conn) => {
    metadata.dropAll(conn);
    metadata.createAll(conn);
  });
}

export function workWithData(engine: Engine): (string | null)[] {
  const newSession = sessionmaker(engine);
  const session = newSession();
  try {
    session.begin(() => {
      session.addAll([A({ data: "a1" }), A({ data: "a2" }), A({ data: "a3" })]);
    });
    return session.scalars(select(A.data)).all();
  } finally {
    session.close();
  }
}
