/**
 * What stands for functions in a message: references of either side, and recorded expressions.
 *
 * @module
 */

import type { AnyFunction, Extension, Reader, Writer } from "../wire/codec.ts";
import { describe, type Node, nodeOf } from "../wire/expression.ts";
import { type Evaluator, ExpressionWriter, type ModuleNumbers } from "../wire/expression_codec.ts";
import { CROSSING } from "../wire/protocol.ts";
import type { References, Scope } from "./references.ts";

/** What stands in for an object, where a message is written, so that it stays on its side. */
const holding = new WeakMap<AnyFunction, object>();

/** A value to write instead of `object`: the other side gets a reference. */
export function heldHere(object: object): AnyFunction {
  const standIn = () => {};
  holding.set(standIn, object);
  return standIn;
}

/** The functions of one message at a time, on one side of a bridge. */
export class Crossing implements Extension {
  readonly #references: References;
  readonly #expressions: ExpressionWriter | undefined;
  /** The references of the task that the message belongs to. */
  scope: Scope | undefined;
  /** The loop end: what evaluates the expressions of the message that is being read. */
  evaluator: Evaluator | undefined;

  /** @param modules The blocking end's, where messages are written: only there may expressions stand in them. */
  constructor(references: References, modules?: ModuleNumbers) {
    this.#references = references;
    this.#expressions = modules && new ExpressionWriter(modules);
  }

  begin(scope: Scope | undefined): void {
    this.scope = scope;
    this.#expressions?.begin();
  }

  /** The message that was written has been sent. */
  sent(): void {
    this.#expressions?.sent();
  }

  write(value: AnyFunction, writer: Writer): boolean {
    const node = nodeOf(value);
    if (node !== undefined) {
      writer.uint(CROSSING.indexOf("expression"));
      this.writeExpression(node, writer);
      return true;
    }
    const held = holding.get(value);
    if (held !== undefined && this.scope !== undefined) {
      writer.uint(CROSSING.indexOf("held"));
      writer.uint(this.#references.keepAnew(held, this.scope));
      return true;
    }
    const theirs = this.#references.numberOf(value);
    if (theirs !== undefined) {
      writer.uint(CROSSING.indexOf("receiver's"));
      writer.uint(theirs);
      return true;
    }
    if (this.scope === undefined) return false;
    writer.uint(CROSSING.indexOf("sender's"));
    writer.uint(this.#references.keep(value, this.scope));
    return true;
  }

  /** Writes an expression where nothing else can stand. */
  writeExpression(node: Node, writer: Writer): void {
    if (this.#expressions === undefined) {
      throw new TypeError(
        `send ${describe(node)} to blocking code: it is a recorded expression; await it first`,
      );
    }
    this.#expressions.write(node, writer);
  }

  read(reader: Reader): unknown {
    const crossing = CROSSING[reader.uint()];
    if (crossing === "expression") return this.evaluate(reader);
    const id = reader.uint();
    if (crossing === "receiver's") return this.#references.value(id);
    // A late answer for a task that is over: nobody will see its value.
    if (this.scope === undefined || this.scope.ended) return () => {};
    return this.#references.import(id, this.scope, crossing === "held");
  }

  /** Evaluates what `writeExpression()` wrote. */
  evaluate(reader: Reader): unknown {
    if (this.evaluator === undefined)
      throw new TypeError("read a message: an expression stands where none can");
    return this.evaluator.read(reader);
  }
}
