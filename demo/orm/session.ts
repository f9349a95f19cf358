/**
 * Sessions in blocking code.
 *
 * @module
 */

import type { Engine } from "../../src/postgres/mod.ts";
import type { InstanceState } from "./instance.ts";
import { SessionBase, type SessionOptions } from "./session_base.ts";
import type { Steps } from "./steps.ts";

/** A session whose methods return when they are done. An expired field is read anew as it is asked for. */
export class Session extends SessionBase<"value"> implements Disposable {
  override load(state: InstanceState): void {
    this.run(this.reload(state));
  }

  [Symbol.dispose](): void {
    this.close();
  }

  protected override run<T>(steps: Steps<T>): T {
    let next = steps.next();
    while (!next.done) {
      let outcome: unknown;
      try {
        outcome = next.value();
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
export function sessionmaker(engine: Engine, options?: SessionOptions): () => Session {
  return () => new Session(engine, options);
}
