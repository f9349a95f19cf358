/** What the type tests use as modules: only their types matter. */

export declare function identity<T>(value: T): Promise<T>;
export declare function pair<A, B>(a: A, b: B): Promise<[A, B]>;
export declare function parse(text: string): Promise<string>;
export declare function parse(number: number, radix: number): Promise<number>;
export declare function plain(n: number): number;
export declare function each<T>(items: T[], callback: (item: T) => void | Promise<void>): Promise<void>;
export declare const table: {
  readonly name: string;
  where(column: "id" | "name"): typeof table;
  all(): Promise<{ id: number; name: string }[]>;
};
export declare class Counter {
  constructor(start: number);
  increment(this: Counter): Promise<number>;
}
export declare function rows(): AsyncGenerator<{ id: number }>;
export declare function connect(): Promise<Counter>;

/** The functions of a blocking module. */
export interface Logic {
  rename(id: number, name: string): string;
  generic<T>(value: T): T;
  withImplementation(implementation: (host: string, port: number) => string): number;
  withPort(port: { read(): string; write(line: string): void }): void;
  numbers(to: number): Generator<number, string>;
  nothing(): void;
  version: string;
}

export async function findRow(_id: number): Promise<{ id: number } | null> {
  return null;
}

export async function nothing(): Promise<undefined> {
  return undefined;
}

export class Child extends Promise<{ code: number }> {
  kill(): boolean {
    return true;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    yield "line";
  }
}

export function spawn(): Child {
  return new Child(() => {});
}

/** It is not async: what blocking code has of it is an expression all the same. */
export function named(name: string): { name: string } {
  return { name };
}

export class Box {
  value: number;

  constructor(value: number) {
    this.value = value;
  }

  size(): number {
    return this.value;
  }
}
