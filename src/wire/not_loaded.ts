import type { Outcome } from "./protocol.ts";

/** How modules have been loaded that a message needs, by their URLs. */
export type Loads = ReadonlyMap<string, Outcome>;

/** Thrown while a message is read that needs a module first: load it, and read the message again. */
export class NotLoaded extends Error {
  readonly url: string;
  readonly #isOurs = true;

  /** Whether a value is one: asked of what was thrown, which may be a proxy whose traps throw. */
  static is(value: unknown): value is NotLoaded {
    return typeof value === "object" && value !== null && #isOurs in value;
  }

  constructor(url: string) {
    super(`read a message: ${url} has to be loaded first`);
    this.url = url;
  }

  /**
   * The error where the module cannot be loaded first, or was and did not help.
   *
   * @param loads What came of it where it was tried.
   */
  explain(loads?: Loads): unknown {
    const load = loads?.get(this.url);
    if (load?.outcome === "threw") return load.value;
    return new TypeError(
      `read a message: an object in it is of a class of ${this.url}, which has not registered it on this thread; import that module where the object is used`,
    );
  }
}
