/**
 * The types of a database: the server's own ones are known, others are asked for when they first turn up.
 *
 * @module
 */

import { KNOWN_TYPES, type ServerType } from "../types/types.ts";

/** What the server says of a type: what a domain is of, what the elements of an array are; 0 for neither. */
export interface CatalogRow {
  readonly oid: number;
  readonly base: number;
  readonly element: number;
}

/** What asks for it. Its one parameter is an array of OIDs. Arrays of boxes, delimited by semicolons, are text. */
export const CATALOG_QUERY: string = `select oid, typbasetype as base,
  case when typinput = 'array_in'::regproc and typdelim = ',' then typelem else 0::oid end as element
  from pg_catalog.pg_type where oid = any($1::oid[])`;

export class Catalog {
  readonly #learnt = new Map<number, ServerType>();

  /** The type of that OID; what is not known is text. */
  type(oid: number): ServerType {
    return KNOWN_TYPES.get(oid) ?? this.#learnt.get(oid) ?? { oid, isArray: false };
  }

  /**
   * Learns the types that are not known yet.
   *
   * @param oids The types.
   * @param ask Runs the query for those of these OIDs.
   * @returns Whether it had to ask.
   */
  async learn(
    oids: readonly number[],
    ask: (oids: readonly number[]) => Promise<CatalogRow[]>,
  ): Promise<boolean> {
    const rows = new Map<number, CatalogRow>();
    let unknown = this.#unknown(oids);
    while (unknown.length > 0) {
      const found = await ask(unknown);
      for (const oid of unknown) rows.set(oid, { oid, base: 0, element: 0 });
      for (const row of found) rows.set(row.oid, row);
      const named = found.flatMap(({ base, element }) => [base, element]).filter((oid) => oid !== 0);
      unknown = this.#unknown(named).filter((oid) => !rows.has(oid));
    }
    for (const oid of rows.keys()) this.#learnt.set(oid, this.#resolve(oid, rows));
    return rows.size > 0;
  }

  #unknown(oids: readonly number[]): number[] {
    return [...new Set(oids)].filter((oid) => !KNOWN_TYPES.has(oid) && !this.#learnt.has(oid));
  }

  #resolve(oid: number, rows: ReadonlyMap<number, CatalogRow>): ServerType {
    const row = rows.get(oid);
    if (row === undefined) return this.type(oid);
    if (row.base !== 0) return this.#resolve(row.base, rows);
    if (row.element !== 0) return { oid: this.#resolve(row.element, rows).oid, isArray: true };
    return { oid, isArray: false };
  }
}
