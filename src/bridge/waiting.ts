/**
 * How a blocking thread stands in its waits.
 *
 * @module
 */

import type { Channel } from "../transport/channel.ts";
import type { Parking } from "../transport/parking.ts";
import type { Outcome } from "../wire/protocol.ts";
import type { BlockingInbox } from "./blocking_inbox.ts";
import { placesOfWaits } from "./wait_places.ts";
import type { TaskFrame, Wait, WaitStack } from "./wait_stack.ts";

/** For how many milliseconds a wait lies on top of one that has its answer until that is told. */
const BURIED = 1000;

/** What watches over a wait, on a thread whose event loop cannot. */
export interface Watch {
  /** Looks whether the task is to be cancelled; throws when the loop thread has died. */
  look(frame: TaskFrame): void;
  /** As `look()`, where nothing has come for as long as `patience()` said. */
  idle(frame: TaskFrame): void;
  /** How long to park before the next look, in milliseconds. */
  patience(): number;
}

export class Waiting {
  readonly #channel: Channel;
  readonly #stack: WaitStack;
  readonly #parking: Parking;
  readonly #inbox: BlockingInbox;
  readonly #watch: Watch | undefined;

  constructor(
    channel: Channel,
    stack: WaitStack,
    parking: Parking,
    inbox: BlockingInbox,
    watch: Watch | undefined,
  ) {
    this.#channel = channel;
    this.#stack = stack;
    this.#parking = parking;
    this.#inbox = inbox;
    this.#watch = watch;
  }

  /** Parks until a wait has its outcome; meanwhile what may run on top of it runs. */
  standIn(wait: Wait): Outcome {
    const { frame } = wait;
    const channel = this.#channel;
    const stack = this.#stack;
    /** When to tell that a wait is buried, as time that is parked. */
    let tellAt = 0;
    for (;;) {
      if (frame.cancellation !== undefined || frame.failure !== undefined) frame.throwIfInterrupted();
      if (stack.calls.length > 0) {
        const call = stack.takeFor(wait, this.#parking.parkedMs);
        if (call !== undefined) {
          call.run();
          continue;
        }
      }
      if (wait.outcome !== undefined) return wait.outcome;
      if (channel.next()) {
        this.#inbox.receive();
        // A loop that has ended since it answered has answered.
        if (wait.outcome === undefined) this.#watch?.look(frame);
        continue;
      }
      let patience = this.#watch?.patience() ?? Number.POSITIVE_INFINITY;
      if (stack.calls.length > 0 || stack.buried !== undefined) {
        const { parkedMs } = this.#parking;
        if (stack.buried === undefined) tellAt = 0;
        else if (tellAt === 0) tellAt = parkedMs + BURIED;
        else if (parkedMs >= tellAt) {
          tellAt = Number.POSITIVE_INFINITY;
          this.#tellBuried(stack.buried, wait);
        }
        const untilTold = tellAt === 0 ? Number.POSITIVE_INFINITY : tellAt - parkedMs;
        patience = Math.max(1, Math.min(patience, stack.untilOverdue(parkedMs), untilTold));
      }
      if (!this.#parking.await(patience)) this.#watch?.idle(frame);
    }
  }

  /** Two waits may wait for each other: nothing but a person can see that. */
  #tellBuried(buried: Wait, top: Wait): void {
    const places = placesOfWaits();
    const place = ({ depth }: Wait): string => places[top.depth - depth] ?? "an unknown place";
    this.#inbox.tell(
      `awaitlet() at ${place(buried)}: it has its answer, and cannot go on before the callback or task that runs on top of it has ended, which waits in awaitlet() at ${place(top)}; if that waits for what comes after the first, neither will ever go on: then have async code do one of the two`,
    );
  }
}
