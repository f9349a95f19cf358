/**
 * Says in an error which of several statements it is about.
 *
 * @module
 */

/** Puts words before the message of an error, which stays the object that it is. What is no error stays as it is. */
export function prefixMessage<T>(error: T, prefix: string): T {
  if (!(error instanceof Error)) return error;
  const { message, stack } = error;
  const prefixed = `${prefix}: ${message}`;
  return Object.assign(error, { message: prefixed, stack: stack?.replace(message, () => prefixed) });
}
