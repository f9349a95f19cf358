/** Async code that calls back without waiting. */

export async function callTogether(
  fn: (text: string) => number | Promise<number>,
  times: number,
  size: number,
): Promise<number> {
  const lengths = await Promise.all(Array.from({ length: times }, () => fn("x".repeat(size))));
  return lengths.reduce((sum, length) => sum + length, 0);
}
