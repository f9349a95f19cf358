/**
 * Warnings to the people who run the program.
 *
 * @module
 */

import { builtin } from "./builtin.ts";

/** Emits a warning of the process, which prints it, or hands it to whoever listens for warnings. */
export function warn(message: string): void {
  builtin("node:process").emitWarning(message, { type: "AwaitletWarning" });
}
