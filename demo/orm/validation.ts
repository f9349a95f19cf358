/**
 * Values, as the schemas of their columns want them.
 *
 * @module
 */

import type { Values } from "./instance.ts";
import type { Column } from "./table.ts";

/**
 * Checks values on their way to the database, or from there.
 *
 * @param columns What may be there. What is left out is not missed.
 * @param values The values by field.
 * @param doing What is done to them, for the message.
 * @returns The values as the schemas give them.
 * @throws {TypeError} When one is not what the schema says.
 */
export function checked(columns: readonly Column<unknown>[], values: Values, doing: string): Values {
  const fields: Values = {};
  for (const { table, field, schema } of columns) {
    if (!(field in values)) continue;
    const { data, error } = schema.safeParse(values[field]);
    if (error !== undefined) {
      const why = error.issues.map(({ message }) => message).join("; ");
      throw new TypeError(`${doing} ${table.name}, field ${field}: ${why}`, { cause: error });
    }
    fields[field] = data;
  }
  return fields;
}
