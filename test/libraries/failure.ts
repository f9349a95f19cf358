/**
 * What can be told of an error in blocking code as in async code: its name, message and own fields. Its class is there only
 * where the blocking thread has that class, see `registerError()`.
 */
export function failure(error: unknown): unknown {
  if (!(error instanceof Error)) return ["not an error", error];
  const fields = Object.entries(error).filter(
    ([, value]) => typeof value !== "object" && typeof value !== "function",
  );
  return [error.name, error.message, Object.fromEntries(fields)];
}
