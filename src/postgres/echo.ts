/**
 * Shows on stderr what is sent to the server: the SQL, and apart from it the values.
 *
 * @module
 */

const LONGEST = 200;

/** Shows one statement. */
export function echoQuery(text: string, values: readonly unknown[]): void {
  echoWord(text);
  if (values.length > 0) console.error(`postgres: -- [${values.map(show).join(", ")}]`);
}

/** Shows a statement that has no values. */
export function echoWord(text: string): void {
  console.error(`postgres: ${text}`);
}

function show(value: unknown): string {
  if (ArrayBuffer.isView(value)) return `<${value.byteLength} bytes>`;
  const shown =
    typeof value === "bigint" ? String(value) : (JSON.stringify(value, bigintAsText) ?? String(value));
  return shown.length > LONGEST ? `${shown.slice(0, LONGEST)}… (${shown.length} characters)` : shown;
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
