import type { MessagePort } from "node:worker_threads";

/** The cells of an echo: the number of the last question, and that of the last answer. */
export const ASKED = 0;
export const ANSWERED = 1;

/** What the worker of an echo is given. */
export interface EchoStart {
  readonly cells: Int32Array;
  readonly port: MessagePort;
  /** What wakes the loop: a message, or a cell. */
  readonly wake: "port" | "cell";
}
