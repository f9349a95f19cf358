/** Thrown while a message is read that needs a module first: load it, and read the message again. */
export class NotLoaded extends Error {
  readonly url: string;

  constructor(url: string) {
    super(`read a message: ${url} has to be loaded first`);
    this.url = url;
  }

  /** The error where it cannot be loaded first, or was and did not help. */
  explain(): TypeError {
    return new TypeError(
      `read a message: an object in it is of a class of ${this.url}, which has not registered it on this thread; import that module where the object is used`,
    );
  }
}
