/**
 * The errors that a caller may want to catch, each a class of its own.
 *
 * @module
 */

/**
 * `awaitlet()` (or another call that parks) was used where no task runs: there is no thread to park and no
 * loop to wait for.
 */
export class NoAwaitletContext extends Error {
  /** The class's name, the same on all threads. */
  override readonly name = "NoAwaitletContext";
}

/** A task started with `assertAwaitOccurs` returned without having awaited anything. */
export class NoAwaitOccurred extends Error {
  /** The class's name, the same on all threads. */
  override readonly name = "NoAwaitOccurred";
}

/**
 * The thread that ran a task ended before the task did. `cause` holds what ended it, where that is known.
 */
export class ThreadDied extends Error {
  /** The class's name, the same on all threads. */
  override readonly name = "ThreadDied";
  /** The exit code of the thread, where it ended by `process.exit()` or of itself. */
  declare readonly exitCode?: number;

  /** Makes the error; programs seldom do. */
  constructor(message: string, options: ErrorOptions & { exitCode?: number | undefined } = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    if (options.exitCode !== undefined) this.exitCode = options.exitCode;
  }
}

/** A value can be neither copied nor called across threads. `path` tells where it stands in what was sent. */
export class NotTransferable extends TypeError {
  /** The class's name, the same on all threads. */
  override readonly name = "NotTransferable";
  /** Where the value stands, as one would write it: `result.rows[3].handle`. */
  readonly path: string;

  /** Makes the error; programs seldom do. */
  constructor(message: string, path: string, options?: ErrorOptions) {
    super(message, options);
    this.path = path;
  }
}

/** A task was refused because as many tasks as `maxQueue` allows wait for a thread already. */
export class QueueFull extends Error {
  /** The class's name, the same on all threads. */
  override readonly name = "QueueFull";
}

/** A function or a reference was used after the task that carried it had ended, or after it was disposed. */
export class ReferenceReleased extends Error {
  /** The class's name, the same on all threads. */
  override readonly name = "ReferenceReleased";
}

/** All of them, by name. */
export const ownErrors: Readonly<Record<string, abstract new (...args: never[]) => Error>> = {
  NoAwaitletContext,
  NoAwaitOccurred,
  ThreadDied,
  NotTransferable,
  QueueFull,
  ReferenceReleased,
};

const KIND = Symbol.for("awaitlet.error");

/** Which of them a class is, whatever copy of awaitlet it is from. */
export function kindOf(Class: unknown): string | undefined {
  if (typeof Class !== "function" || typeof Class.prototype !== "object") return undefined;
  return Object.getOwnPropertyDescriptor(Class.prototype ?? {}, KIND)?.value;
}

// Several copies of awaitlet may be in a program: for `instanceof` their classes of one name are the same.
for (const [name, Class] of Object.entries(ownErrors)) {
  Object.defineProperty(Class.prototype, KIND, { value: name });
  Object.defineProperty(Class, Symbol.hasInstance, {
    value(this: typeof Class, value: unknown): boolean {
      if (this !== Class) return Function.prototype[Symbol.hasInstance].call(this, value);
      if (typeof value !== "object" || value === null) return false;
      for (let p = Reflect.getPrototypeOf(value); p !== null; p = Reflect.getPrototypeOf(p)) {
        if (Object.getOwnPropertyDescriptor(p, KIND)?.value === name) return true;
      }
      return false;
    },
  });
}
