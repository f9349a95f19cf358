/**
 * Texts about values that may be anything, such as what was thrown: reading them must not throw in turn.
 *
 * @module
 */

/** What an error says; what else was thrown, as text. */
export function said(value: unknown): string {
  try {
    return value instanceof Error ? String(value.message) : String(value);
  } catch {
    return "something that cannot be read";
  }
}

/** As `said()`, with the name of an error. */
export function named(value: unknown): string {
  try {
    return value instanceof Error ? `${value.name}: ${value.message}` : String(value);
  } catch {
    return "something that cannot be read";
  }
}

/** The stack of an error as text, whatever `Error.prepareStackTrace` of the program makes of it. */
export function stackOf(error: Error): string | undefined {
  try {
    return stackText(error, error.stack);
  } catch {
    return undefined;
  }
}

/** What stands as an error's `stack`, as text; nothing where that is neither a text nor the call sites. */
export function stackText(error: object, stack: unknown): string | undefined {
  if (typeof stack === "string") return stack;
  if (!Array.isArray(stack)) return undefined;
  try {
    return [named(error), ...stack.map((site) => `    at ${String(site)}`)].join("\n");
  } catch {
    return undefined;
  }
}
