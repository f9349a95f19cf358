/**
 * The program's stdin, on a companion on Node and Bun.
 *
 * There a worker's own stdin is a stream from the thread that started it. That thread is parked, and the stream stays empty.
 *
 * @module
 */

import { builtin } from "./builtin.ts";
import { redefine } from "./redefine.ts";

/** Has `process.stdin` read the file descriptor itself. Nothing is opened until it is first asked for. */
export function readInputDirectly(): void {
  // Node types it as a terminal's stream, though it is a file's or a socket's where it is none.
  redefine(process, "stdin", () => open() as unknown as typeof process.stdin);
}

function open(): NodeJS.ReadableStream {
  const { createReadStream, fstatSync } = builtin("node:fs");
  const tty = builtin("node:tty");
  if (tty.isatty(0)) return new tty.ReadStream(0);
  const file = () => createReadStream("", { fd: 0, autoClose: false });
  try {
    const stats = fstatSync(0);
    // A read of a pipe by the pool of threads cannot be cancelled: it would hold up the end of the program.
    if (!stats.isFIFO() && !stats.isSocket()) return file();
  } catch {
    // There is none.
    const { Readable } = builtin("node:stream");
    return Readable.from([]);
  }
  const { Socket } = builtin("node:net");
  return new Socket({ fd: 0, readable: true, writable: false });
}
