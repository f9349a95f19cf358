/**
 * The types of what stands on another thread, where its own type would promise too much.
 *
 * @module
 */

/**
 * What an expression of a `T` is: `awaitlet()` gives the value, and what is done to it is recorded. `asyncModule<Recorded<typeof import("./db.ts")>>(…)`
 * has the compiler find what merely looks like a value, as the result of a function that is not async. Generics and overloads are
 * lost, so the module's own type is the better one where its functions are async.
 *
 * @typeParam T The module, or the value.
 */
export type Recorded<T> = T extends (...args: infer A) => infer R
  ? ((...args: A) => Recorded<R>) & RecordedClass<T> & RecordedMembers<T>
  : T extends abstract new (
        ...args: never[]
      ) => unknown
    ? RecordedClass<T> & RecordedMembers<T>
    : T extends PromiseLike<unknown>
      ? Promise<Awaited<T>>
      : T extends object
        ? Promise<T> & RecordedMembers<T>
        : Promise<T>;

/** The members of a recorded value, each recorded. */
export type RecordedMembers<T> = { readonly [K in Exclude<keyof T, "prototype" | symbol>]: Recorded<T[K]> };

/** A recorded class: what it makes is an expression. */
export type RecordedClass<T> = T extends new (
  ...args: infer A
) => infer I
  ? new (
      ...args: A
    ) => Recorded<I>
  : unknown;

/**
 * What async code has of an object of blocking code whose class has methods: its own data as a copy, and methods that give promises, since they
 * run on the object's own thread. In blocking code an object of the loop is what its type says, and needs no such type.
 *
 * @typeParam T The object's type.
 */
export type Live<T> = {
  readonly [K in keyof T]: T[K] extends (...args: infer A) => infer R
    ? (...args: A) => Promise<Awaited<R>>
    : T[K];
};
