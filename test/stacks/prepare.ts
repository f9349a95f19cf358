/** What a program may make of stacks. */

const ways = {
  sites: (_error: Error, sites: unknown[]): unknown => sites,
  nothing: (): unknown => undefined,
  object: (error: Error): unknown => ({ error }),
  throwing: (): unknown => {
    throw new TypeError("no stack");
  },
  proxy: (): unknown =>
    new Proxy([], {
      get() {
        throw new TypeError("no stack");
      },
    }),
};

export type Way = keyof typeof ways;

export const all: readonly Way[] = Object.keys(ways) as Way[];

export function prepareStacks(way: Way | undefined): void {
  Reflect.set(Error, "prepareStackTrace", way && ways[way]);
}
