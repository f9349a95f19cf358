/**
 * Stacks that show both sides of a bridge.
 *
 * @module
 */

/**
 * Continues the stack of an error that came across with the stack of this side.
 *
 * @param error What is about to be thrown here; anything but an error is left alone.
 * @param where The call that it is thrown from, as the user wrote it.
 * @param above The function whose callers are shown.
 */
export function continueStack(error: unknown, where: string, above: Function): void {
  if (!(error instanceof Error)) return;
  const here: { stack?: string } = new Error();
  const capture: ((target: object, above: Function) => void) | undefined = Error.captureStackTrace;
  capture?.(here, above);
  appendStack(error, where, here.stack ?? "");
}

/** Appends `stack`, without its first line where that is a message, to the stack of `error`. */
export function appendStack(error: Error, where: string, stack: string): void {
  const frames = stack.replace(/^\w*Error\b.*\n/, "");
  try {
    Object.defineProperty(error, "stack", {
      value: `${error.stack ?? `${error.name}: ${error.message}`}\n    --- ${where} ---\n${frames}`,
      writable: true,
      configurable: true,
    });
  } catch {
    // A frozen error keeps the stack it has.
  }
}
