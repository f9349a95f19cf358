/**
 * What is thrown where a run's time is up.
 *
 * @module
 */

/** The error that `AbortSignal.timeout()` has as its reason. */
export function timeoutError(): DOMException {
  return new DOMException("The operation was aborted due to timeout", "TimeoutError");
}
