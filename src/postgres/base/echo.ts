/**
 * Shows what is sent to the server: the SQL, and apart from it the values.
 *
 * @module
 */

/**
 * Takes a statement that is sent.
 *
 * @param text Its SQL, with a placeholder for each value.
 * @param values The values as text, long ones shortened.
 */
export type EchoLogger = (text: string, values: readonly string[]) => void;

/** Shows a statement, or does nothing. A logger that lives on a blocking thread answers later. */
export type Echo = (text: string, values?: readonly unknown[]) => void | PromiseLike<void>;

/** What `echo` among the options asks for. */
export function echoOf(option: boolean | EchoLogger): Echo {
  if (option === false) return () => {};
  const logger = option === true ? toStderr : option;
  return (text, values = []) => logger(text, values.map(show));
}

const LONGEST = 200;

function toStderr(text: string, values: readonly string[]): void {
  console.error(`postgres: ${text}`);
  if (values.length > 0) console.error(`postgres: -- [${values.join(", ")}]`);
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
