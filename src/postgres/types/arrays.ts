/**
 * Arrays as Postgres writes them: `{1,2,NULL}`, `{{"a b",c},{d,e}}`.
 *
 * @module
 */

/**
 * Reads an array.
 *
 * @param text The array. Where its bounds are given they are left out: an array here begins at 0.
 * @param read Reads an element.
 * @returns The elements, arrays of them for an array of several dimensions.
 */
export function readArray(text: string, read: (element: string) => unknown): unknown[] {
  // "[2:3]={a,b}"
  let at = text.startsWith("[") ? text.indexOf("=") + 1 : 0;

  const array = (): unknown[] => {
    const values: unknown[] = [];
    at++;
    while (text[at] !== "}") {
      if (text[at] === ",") at++;
      values.push(text[at] === "{" ? array() : text[at] === '"' ? read(quoted()) : bare());
    }
    at++;
    return values;
  };

  const quoted = (): string => {
    let value = "";
    for (at++; text[at] !== '"'; at++) {
      if (text[at] === "\\") at++;
      value += text[at];
    }
    at++;
    return value;
  };

  const bare = (): unknown => {
    const start = at;
    while (text[at] !== "," && text[at] !== "}") at++;
    const value = text.slice(start, at);
    return value === "NULL" ? null : read(value);
  };

  return array();
}

/**
 * Writes an array.
 *
 * @param values The elements.
 * @param write Writes an element.
 * @param isFlat Whether arrays among the elements are elements; else they are further dimensions. Default `false`.
 * @returns The text.
 */
export function writeArray(
  values: readonly unknown[],
  write: (element: unknown) => string,
  isFlat: boolean = false,
): string {
  const parts = values.map((value) => {
    if (Array.isArray(value) && !isFlat) return writeArray(value, write);
    if (value === null) return "NULL";
    return `"${write(value).replace(/["\\]/g, "\\$&")}"`;
  });
  return `{${parts.join(",")}}`;
}
