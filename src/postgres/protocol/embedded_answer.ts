/**
 * What PGlite says to messages, as a server would say it.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { COPY_IN_RESPONSE, NOTIFICATION, READY_FOR_QUERY } from "./codes.ts";

export interface EmbeddedAnswer {
  /** The messages for whoever asked. */
  readonly bytes: Buffer;
  /** Those that tell of notifications, which all connections are to hear of. */
  readonly notifications: readonly Buffer[];
  /** Where the session is then, as ReadyForQuery has it; `undefined` where that was not said. */
  readonly status: string | undefined;
}

/**
 * Leaves out what a server would not have sent: after an error PGlite says twice that it is ready, and it asks for the data of a
 * COPY that was answered for already.
 *
 * @param said What PGlite said to messages of which the last one alone may end with ReadyForQuery.
 * @param isReady Whether it ends with that.
 */
export function embeddedAnswer(said: Buffer, isReady: boolean): EmbeddedAnswer {
  const kept: Buffer[] = [];
  const notifications: Buffer[] = [];
  let ready: Buffer | undefined;
  let from = 0;
  let at = 0;
  const leaveOut = (end: number): Buffer => {
    if (at > from) kept.push(said.subarray(from, at));
    from = end;
    return said.subarray(at, end);
  };
  while (at < said.length) {
    const kind = said[at];
    const end = at + 1 + said.readUInt32BE(at + 1);
    if (kind === READY_FOR_QUERY) ready = leaveOut(end);
    else if (kind === COPY_IN_RESPONSE) leaveOut(end);
    else if (kind === NOTIFICATION) notifications.push(said.subarray(at, end));
    at = end;
  }
  leaveOut(at);
  if (isReady && ready !== undefined) kept.push(ready);
  return {
    bytes: kept.length === 1 ? (kept[0] as Buffer) : Buffer.concat(kept),
    notifications,
    status: isReady && ready !== undefined ? ready.toString("latin1", 5, 6) : undefined,
  };
}
