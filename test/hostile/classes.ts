/** Objects of registered classes that cannot be written, or read. */

import { registerClass } from "../../mod.ts";

const here = import.meta.url;

/** Cannot be written. */
export class Unwritable {
  close(): void {}
}
registerClass(Unwritable, {
  module: here,
  toData: () => {
    throw new RangeError("it gives no data");
  },
  fromData: () => new Unwritable(),
});

/** Cannot be read. */
export class Unreadable {
  close(): void {}
}
registerClass(Unreadable, {
  module: here,
  toData: () => ({ n: 1 }),
  fromData: (): Unreadable => {
    throw new RangeError("nothing is made of it");
  },
});

/** Throws what cannot be read either. */
export class Unspeakable {
  close(): void {}
}
registerClass(Unspeakable, {
  module: here,
  toData: () => 1,
  fromData: (): Unspeakable => {
    throw new Proxy({}, { getPrototypeOf: () => fail(), get: () => fail() });
  },
});

/** Gives nonsense. */
export class Nonsense {
  close(): void {}
}
registerClass(Nonsense, {
  module: here,
  toData: () => Symbol("nobody knows it"),
  fromData: () => undefined as unknown as Nonsense,
});

export function fail(): never {
  throw new RangeError("a trap");
}
