/**
 * Stacks that show both sides of a bridge.
 *
 * @module
 */

/** Where awaitlet's own sources are, as a path: frames from there tell a user nothing. */
const OWN = new URL("..", import.meta.url).pathname;

/** At most so many frames of awaitlet's own stand between a user's `awaitlet()` and the call of `syncDef()`. */
const OWN_FRAMES = 16;

/**
 * Continues the stack of an error that came across with the stack of this side.
 *
 * @param error What is about to be thrown here; anything but an error is left alone.
 * @param where The call that it is thrown from, as the user wrote it.
 * @param stack The stack of this side.
 */
export function continueStack(error: unknown, where: string, stack: string): void {
  if (!(error instanceof Error)) return;
  const there = error.stack ?? `${error.name}: ${error.message}`;
  // V8 starts a stack with the error's name and message.
  const here = stack.replace(/^\w*Error\b.*\n/, "");
  try {
    Object.defineProperty(error, "stack", {
      value: `${withoutOwn(there)}\n    --- ${where} ---\n${withoutOwn(here)}`,
      writable: true,
      configurable: true,
    });
  } catch {
    // A frozen error keeps the stack it has.
  }
}

/** The stack of this side, with room for awaitlet's own frames, which are left out in the end. */
export function stackHere(): string {
  const { stackTraceLimit: limit } = Error;
  Reflect.set(Error, "stackTraceLimit", limit + OWN_FRAMES);
  const { stack = "" } = new Error();
  Reflect.set(Error, "stackTraceLimit", limit);
  return stack;
}

function withoutOwn(stack: string): string {
  return stack
    .split("\n")
    .filter((line) => !(line.includes(OWN) && /^\s*at |@/.test(line)))
    .join("\n");
}
