/** The same steps for `await` and for `awaitlet()`: each `yield` awaits, a list all of its items. */

// biome-ignore lint/suspicious/noExplicitAny: what a yield gives is whatever was awaited
export type Steps = Generator<unknown, unknown, any>;

/** Takes the steps on the event loop. */
export async function withAwait(steps: Steps): Promise<unknown> {
  let step = steps.next();
  while (step.done !== true) {
    const given = step.value;
    let value: unknown;
    try {
      value = await (Array.isArray(given) ? Promise.all(given) : given);
    } catch (error) {
      step = steps.throw(error);
      continue;
    }
    step = steps.next(value);
  }
  return step.value;
}

/** Takes the steps in blocking code, by the `awaitlet` that is given. */
export function withAwaitlet(steps: Steps, awaitlet: (value: unknown) => unknown): unknown {
  let step = steps.next();
  while (step.done !== true) {
    let value: unknown;
    try {
      value = awaitlet(step.value);
    } catch (error) {
      step = steps.throw(error);
      continue;
    }
    step = steps.next(value);
  }
  return step.value;
}

/** Makes of steps a callback that takes them, for a library to call. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the library gives
export type Does = (steps: (...given: any[]) => Steps) => (...given: any[]) => any;

export const doesWithAwait: Does =
  (steps) =>
  (...given) =>
    withAwait(steps(...given));

export const doesWithAwaitlet =
  (awaitlet: (value: unknown) => unknown): Does =>
  (steps) =>
  (...given) =>
    withAwaitlet(steps(...given), awaitlet);
