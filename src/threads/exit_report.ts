/**
 * How a thread has ended: in words, and from one thread to another.
 *
 * @module
 */

import { ThreadDied } from "../base/errors.ts";
import type { ThreadEnd } from "../runtime/types.ts";
import { Reader, Writer } from "../wire/codec.ts";
import { named } from "../wire/said.ts";

const noFunctions = { write: () => false, read: () => undefined };

/** A `ThreadEnd` as bytes: structured clone would lose what kind of error it was. */
export const endReport = {
  write(end: ThreadEnd): Uint8Array {
    const writer = new Writer(noFunctions);
    const write = (value: unknown) => {
      writer.begin();
      writer.value(value, "error");
      return writer.finish().bytes.slice();
    };
    try {
      return write(end);
    } catch {
      return write({ ...end, error: { value: named(end.error?.value) } });
    }
  },
  read(bytes: Uint8Array): ThreadEnd {
    const reader = new Reader(noFunctions);
    reader.begin(bytes, []);
    return reader.value() as ThreadEnd;
  },
};

/** The error for what was running on a thread that has ended of itself. */
export function explainEnd({ error, exitCode }: ThreadEnd, what: string): ThreadDied {
  if (error !== undefined) {
    const { value } = error;
    return new ThreadDied(`${what}: its thread ended with an error that nothing caught, ${named(value)}`, {
      cause: value,
      exitCode,
    });
  }
  return new ThreadDied(
    `${what}: its thread ended with exit code ${exitCode}, as process.exit() does; it must return or throw`,
    { exitCode },
  );
}
