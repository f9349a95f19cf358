/**
 * Sessions on the loop.
 *
 * @module
 */

import type { AsyncEngine } from "../../src/postgres/mod.ts";
import { InvalidRequestError } from "./errors.ts";
import type { InstanceState } from "./instance.ts";
import { SessionBase, type SessionOptions } from "./session_base.ts";
import type { Steps } from "./steps.ts";

/** A session whose methods give promises. */
export class AsyncSession extends SessionBase<"promise"> implements AsyncDisposable {
  /** Reading a field cannot wait here, as blocking code can. */
  override load({ definition }: InstanceState, field: string): void {
    throw new InvalidRequestError(
      `read ${definition.name}.${field}: it expired when the transaction ended; await session.refresh() of the object first, or make sessions with { expireOnCommit: false }`,
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  protected override async run<T>(steps: Steps<T>): Promise<T> {
    let next = steps.next();
    while (!next.done) {
      let outcome: unknown;
      try {
        outcome = await next.value();
      } catch (error) {
        next = steps.throw(error);
        continue;
      }
      next = steps.next(outcome);
    }
    return next.value;
  }
}

/** Makes sessions of an engine. */
export function asyncSessionmaker(engine: AsyncEngine, options?: SessionOptions): () => AsyncSession {
  return () => new AsyncSession(engine, options);
}
