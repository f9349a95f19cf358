/**
 * Output of a worker on Node and Bun, past the parent thread.
 *
 * There a worker's stdout and stderr are streams to the thread that started it, which that thread empties when
 * its event loop comes to it: what is written before the worker parks, or dies, is late or lost.
 *
 * @module
 */

import { writeSync } from "node:fs";
import process from "node:process";

export function writeOutputDirectly(): void {
  redirect(process.stdout, 1);
  redirect(process.stderr, 2);
}

type Done = (error?: Error | null) => void;

function redirect(stream: NodeJS.WriteStream, fd: number): void {
  const write = (chunk: string | Uint8Array, encoding?: BufferEncoding | Done, done?: Done): boolean => {
    const callback = typeof encoding === "function" ? encoding : done;
    const bytes =
      typeof chunk === "string"
        ? Buffer.from(chunk, typeof encoding === "string" ? encoding : "utf8")
        : chunk;
    writeFully(fd, bytes);
    if (callback !== undefined) process.nextTick(callback);
    return true;
  };
  stream.write = write as typeof stream.write;
}

function writeFully(fd: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(fd, bytes, written);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      // The pipe is full and does not block: its reader has to come round first.
      if (code === "EAGAIN") continue;
      // Nobody reads any more: what a process would be ended for is not for a thread of it to decide.
      if (code === "EPIPE") return;
      throw error;
    }
  }
}
