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
  override readonly name = "NoAwaitletContext";
}

/** A task started with `assertAwaitOccurs` returned without having awaited anything. */
export class NoAwaitOccurred extends Error {
  override readonly name = "NoAwaitOccurred";
}

/**
 * The thread that ran a task ended before the task did. `cause` holds what ended it, where that is known.
 */
export class ThreadDied extends Error {
  override readonly name = "ThreadDied";
  /** The exit code of the thread, where it ended by `process.exit()` or of itself. */
  declare readonly exitCode?: number;

  constructor(message: string, options: ErrorOptions & { exitCode?: number | undefined } = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    if (options.exitCode !== undefined) this.exitCode = options.exitCode;
  }
}

/** A value can be neither copied nor called across threads. `path` tells where it stands in what was sent. */
export class NotTransferable extends TypeError {
  override readonly name = "NotTransferable";
  /** Where the value stands, as one would write it: `result.rows[3].handle`. */
  readonly path: string;

  constructor(message: string, path: string) {
    super(message);
    this.path = path;
  }
}

/** A task was refused because as many tasks as `maxQueue` allows wait for a thread already. */
export class QueueFull extends Error {
  override readonly name = "QueueFull";
}

/** A function or a reference was used after the task that carried it had ended, or after it was disposed. */
export class ReferenceReleased extends Error {
  override readonly name = "ReferenceReleased";
}
