/**
 * How the loop thread writes what has found no room.
 *
 * @module
 */

import { runtime } from "../runtime/current.ts";
import type { Channel } from "./channel.ts";

/** After how many milliseconds a message that found no room is tried again. */
const FLUSH = 1;

/**
 * Has messages that find no room written as soon as the thread has read: it may wait for that very message.
 *
 * @param onWritten Called when there was room for some.
 */
export function flushLater(channel: Channel, onWritten: () => void): void {
  let isLate = false;
  const flush = (): void => {
    if (isLate) return;
    isLate = true;
    runtime.after(FLUSH, () => {
      isLate = false;
      if (channel.isClosed) return;
      if (!channel.flush()) flush();
      onWritten();
    });
  };
  channel.onFull = flush;
}
