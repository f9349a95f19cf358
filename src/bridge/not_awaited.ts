/**
 * The warning of a call that blocking code has recorded and never awaited.
 *
 * @module
 */

import { warnOnce } from "./callback_warnings.ts";

/** Warns of a call once for each function that has recorded it. */
export function warnNotAwaited(call: string, name: string): void {
  const by = name === "" ? "" : ` by ${name}()`;
  warnOnce(
    `${call}: it was recorded${by} and never awaited, so it was never called; write awaitlet(…) around it, or turn this warning off by the option warnNotAwaited: false`,
  );
}
