/**
 * Values, as the schemas of their columns want them.
 *
 * @module
 */

import type { Values } from "./instance.ts";
import type { Definition } from "./table.ts";

/**
 * Checks values on their way to the database, or from there.
 *
 * @param table Whose they are.
 * @param values The values by field. Fields may be left out.
 * @param doing What is done to them, for the message.
 * @returns The values as the schemas give them.
 * @throws {TypeError} When one is not what the schema says.
 */
export function checked({ name, columns }: Definition, values: Values, doing: string): Values {
  const pairs = Object.entries(values).map(([field, value]) => {
    const column = columns.find((column) => column.field === field);
    if (column === undefined) throw new TypeError(`${doing} ${name}: there is no field ${field}`);
    const { data, error } = column.schema.safeParse(value);
    if (error === undefined) return [field, data];
    const why = error.issues.map(({ message }) => message).join("; ");
    throw new TypeError(`${doing} ${name}, field ${field}: ${why}`, { cause: error });
  });
  return Object.fromEntries(pairs);
}
