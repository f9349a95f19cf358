import { isOverflow, Refusal } from "./refusal.ts";

/** Values nested more deeply than this are refused, so that no thread's stack overflows. */
export const DEEPEST = 2000;

/** The error for the caller, which names the root of the value. Making it may itself overflow the stack. */
export function explained(error: unknown, name: string): Error {
  try {
    return (error instanceof Refusal ? error : new Refusal(undefined, { error })).explain(name);
  } catch (thrown) {
    if (isOverflow(thrown)) return tooDeep(thrown);
    throw thrown;
  }
}

/** The error of a value that is nested too deeply. */
export function tooDeep(cause?: unknown): RangeError {
  return new RangeError(
    `Cannot copy a value nested so deeply: there are more than ${DEEPEST} levels, or too little stack, as where callbacks are nested as deeply; pass it on flattened`,
    { cause },
  );
}
