/** Where threads wait for each other. */

const waiting: (() => void)[] = [];

/** Resolves when so many have called it. */
export function of(count: number): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) === count) for (const go of waiting.splice(0)) go();
  });
}
