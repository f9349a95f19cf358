/** What threads wait at, for ever. */

let waiting = 0;
let expected = { count: 0, resolve: () => {} };

export function wait(): Promise<never> {
  waiting++;
  if (waiting === expected.count) expected.resolve();
  return new Promise(() => {});
}

/** Resolves when so many wait. */
export function allWait(count: number): Promise<void> {
  return new Promise((resolve) => {
    expected = { count, resolve };
    if (waiting >= count) resolve();
  });
}
