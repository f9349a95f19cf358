/**
 * Output of a worker on Node and Bun, past the parent thread.
 *
 * There a worker's stdout and stderr are streams to the thread that started it, which that thread empties when
 * its event loop comes to it: what is written before the worker parks, or dies, is late or lost.
 *
 * @module
 */

import { builtin } from "./builtin.ts";
import { redefine } from "./redefine.ts";

/** How long to wait, at most, before a full pipe is tried again, in milliseconds. */
const LONGEST_PAUSE = 16;

/** @param pause Blocks the thread for some milliseconds. */
export function writeOutputDirectly(pause: (ms: number) => void): void {
  redefine(process, "stdout", (stream) => redirect(stream, 1, pause));
  redefine(process, "stderr", (stream) => redirect(stream, 2, pause));
}

interface Chunk {
  readonly chunk: string | Uint8Array;
  readonly encoding: BufferEncoding;
}

function redirect<S extends NodeJS.WriteStream>(stream: S, fd: number, pause: (ms: number) => void): S {
  const isTerminal = builtin("node:tty").isatty(fd);
  // Windows reads bytes that are written to a console in its old code page, and so breaks all but ASCII
  // (nodejs/node#47036): there the way through the parent stays.
  if (isTerminal && process.platform === "win32") return stream;
  // Below `write` and `end`: so corks, encodings and callbacks stay the stream's own affair.
  stream._writev = (chunks: readonly Chunk[], done) => {
    try {
      for (const { chunk, encoding } of chunks) {
        writeFully(fd, typeof chunk === "string" ? Buffer.from(chunk, encoding) : chunk, pause);
      }
      done();
    } catch (error) {
      done(error as Error);
    }
  };
  if (isTerminal) showAsTerminal(stream, fd);
  return stream;
}

function writeFully(fd: number, bytes: Uint8Array, pause: (ms: number) => void): void {
  const { writeSync } = builtin("node:fs");
  let written = 0;
  let wait = 1;
  while (written < bytes.length) {
    try {
      written += writeSync(fd, bytes, written);
      wait = 1;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      // Nobody reads any more: what a process would be ended for is not for a thread of it to decide.
      if (code === "EPIPE") return;
      if (code !== "EAGAIN") throw error;
      // The pipe is full and does not block: its reader has to come round first.
      pause(wait);
      wait = Math.min(2 * wait, LONGEST_PAUSE);
    }
  }
}

/** Tells of the terminal what programs ask, for colours and widths; a worker's stream does not know it is one. */
function showAsTerminal(stream: NodeJS.WriteStream, fd: number): void {
  const { WriteStream } = builtin("node:tty");
  const terminal = new WriteStream(fd);
  const { columns, rows } = terminal;
  terminal.destroy();
  const { clearLine, clearScreenDown, cursorTo, getColorDepth, hasColors, moveCursor } =
    WriteStream.prototype;
  const methods = { clearLine, clearScreenDown, cursorTo, getColorDepth, hasColors, moveCursor };
  Object.assign(stream, { fd, isTTY: true, columns, rows, getWindowSize: () => [columns, rows] }, methods);
}
