/**
 * How much room a value takes, roughly: to bound what is read ahead.
 *
 * @module
 */

/** The approximate size of `value` in bytes. Looks one level into arrays and objects. */
export function roughSize(value: unknown, depth = 1): number {
  if (typeof value === "string") return 2 * value.length;
  if (typeof value !== "object" || value === null) return 8;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (value instanceof ArrayBuffer) return value.byteLength;
  if (depth === 0) return 64;
  let size = 16;
  for (const item of Object.values(value)) size += 8 + roughSize(item, depth - 1);
  return size;
}
