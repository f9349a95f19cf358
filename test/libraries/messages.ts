import { ToLoop } from "../../src/bridge/messages.ts";
import { Channel } from "../../src/transport/channel.ts";

const counts = new Map<number, number>();

const { next } = Channel.prototype;
Channel.prototype.next = function (this: Channel) {
  const isThere = next.call(this);
  if (isThere) counts.set(this.message.kind, (counts.get(this.message.kind) ?? 0) + 1);
  return isThere;
};

/**
 * Counts the messages that blocking code sends to the loop while `fn` runs.
 *
 * @param fn Runs the one task that is to be counted.
 * @returns What it gives; how often the blocking code waited for the loop; and how often it called back.
 */
export async function countMessages<T>(
  fn: () => Promise<T>,
): Promise<{ value: T; roundTrips: number; answers: number }> {
  counts.clear();
  const value = await fn();
  const waits = [ToLoop.evaluate, ToLoop.invoke, ToLoop.invokeNew].map((kind) => counts.get(kind) ?? 0);
  return { value, roundTrips: waits.reduce((sum, n) => sum + n), answers: counts.get(ToLoop.answer) ?? 0 };
}
