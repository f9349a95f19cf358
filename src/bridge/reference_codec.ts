/**
 * What stands in a message for what is neither copied nor made anew: references of either side, live objects, and recorded expressions.
 *
 * @module
 */

import { NotTransferable, ReferenceReleased } from "../base/errors.ts";
import { classKnownAs, classText, identityOf, readClass } from "../wire/class_description.ts";
import type { AnyFunction, Extension, Reader, Writer } from "../wire/codec.ts";
import { describe, type Node, nodeOf } from "../wire/expression.ts";
import { type Evaluator, ExpressionWriter, type ModuleNumbers } from "../wire/expression_codec.ts";
import { CROSSING } from "../wire/protocol.ts";
import { EXTENSION } from "../wire/tags.ts";
import { originalOf } from "./argument_copy.ts";
import type { SentBuffers } from "./buffer_changes.ts";
import { isEmitter } from "./emitters.ts";
import { type HandedOver, NOTHING } from "./handed_over.ts";
import { hasMore, isClass, isGiven, isLendable, isThenable, nameOrSource, traitsOf } from "./lending.ts";
import { areDistinct, numberAt, type OwnColumns, ownColumns, readList, writeList } from "./live_list.ts";
import { makeLive } from "./live_making.ts";
import { type LiveObject, liveOf } from "./live_object.ts";
import { OwnData } from "./operations.ts";
import { readOwn, writeOwn } from "./own_data.ts";
import { isBuilder } from "./promise_object.ts";
import type { ReferenceTable, Scope } from "./reference_table.ts";
import { isSignal, readSignal, writeSignal } from "./signals.ts";
import { readWebValue, writeWebValue } from "./web_values.ts";

/** Of objects within the own data of others, so many in a message have their own data sent along, in so many levels. */
const NESTED = 64;
const DEEPEST = 3;

/** What of a message is to be taken back, for `rewind()`. */
interface Mark {
  readonly kept: number;
  readonly expressions: ExpressionWriter["mark"] | undefined;
}

/** The references of one message at a time, on one side of a bridge. */
export class ReferenceCodec implements Extension {
  readonly #references: ReferenceTable;
  readonly #expressions: ExpressionWriter | undefined;
  /** The references of the task that the message belongs to. */
  scope: Scope | undefined;
  /** Whether objects may stay on this side: not where the task ends with the message. */
  lends = true;
  /** Whether an object stands in the message that tells of events, and has not come before. */
  lendsEmitter = false;
  /** The same of an object of this side's. */
  readsEmitter = false;
  /** Whether expressions may stand in the message: what is thrown is not evaluated. */
  records = true;
  /** The loop end: what evaluates the expressions of the message that is being read. */
  evaluator: Evaluator | undefined;
  /** The live objects that the message hands back to the other side, which may change the originals. */
  #handedBack: LiveObject[] = [];
  /** The loop end: told of each promise in the message that stays there. */
  onPromise: ((promise: object) => void) | undefined;
  /** The numbers that the message has counted as sent, in order. */
  #sent: number[] = [];
  #marks: Mark[] = [];
  #depth = 0;
  #nested = 0;
  readonly #placeHere: (() => string | undefined) | undefined;
  /** Where the functions in the message are given, once that is asked. */
  #place: string | undefined;

  /**
   * @param modules The blocking end's, where messages are written: only there may expressions stand in them.
   * @param placeHere Tells where the user's code is that has a message written, on the blocking end.
   */
  constructor(references: ReferenceTable, modules?: ModuleNumbers, placeHere?: () => string | undefined) {
    this.#references = references;
    this.#placeHere = placeHere;
    this.#expressions = modules && new ExpressionWriter(modules);
  }

  /** Async code looks at a date or a map at once; methods here would give it promises. */
  get copiesSubclasses(): boolean {
    return this.#expressions !== undefined && this.lends;
  }

  begin(scope: Scope | undefined): void {
    this.scope = scope;
    this.lends = true;
    this.records = true;
    this.lendsEmitter = false;
    this.readsEmitter = false;
    if (this.#handedBack.length > 0) this.#handedBack = [];
    this.onPromise = undefined;
    this.#sent.length = 0;
    this.#marks.length = 0;
    this.#depth = 0;
    this.#nested = 0;
    this.#place = undefined;
    this.#expressions?.begin();
  }

  /**
   * What the other side may change when it has the message.
   *
   * @param sent The buffers in it.
   */
  handedOver(sent: SentBuffers): HandedOver {
    const used = (this.#expressions?.used ?? []) as HandedOver[];
    if (this.#handedBack.length === 0 && sent.sources.length === 0 && used.length === 0) return NOTHING;
    // A promise that is awaited may have changed more meanwhile.
    return {
      live: [...this.#handedBack, ...used.flatMap(({ live }) => live)],
      buffers: [...(sent.sources.length > 0 ? [sent] : []), ...used.flatMap(({ buffers }) => buffers)],
    };
  }

  /** Whether something stands in the message that was written which this side keeps. */
  get keepsSome(): boolean {
    return this.#sent.length > 0;
  }

  /** The message that was written has been sent. */
  sent(): void {
    this.#expressions?.sent();
  }

  mark(): number {
    return this.#marks.push({ kept: this.#sent.length, expressions: this.#expressions?.mark }) - 1;
  }

  rewind(mark: number): void {
    const { kept, expressions } = this.#marks[mark] as Mark;
    this.#marks.length = mark;
    for (const id of this.#sent.splice(kept)) this.#references.released(id, 1);
    if (expressions !== undefined) this.#expressions?.rewind(expressions);
  }

  write(value: AnyFunction, writer: Writer, holder?: object): boolean {
    if (this.#writeReceivers(value, writer)) return true;
    const node = nodeOf(value);
    if (node !== undefined) {
      if (!this.records) throw thrownExpression(node);
      writer.uint(CROSSING.indexOf("expression"));
      this.writeExpression(node, writer);
      return true;
    }
    const identity = identityOf(value);
    if (identity !== undefined && isClass(value)) {
      writer.uint(CROSSING.indexOf("class"));
      writer.string(identity);
      return true;
    }
    const { scope } = this;
    if (scope === undefined || scope.ended) return false;
    const toLoop = this.#expressions !== undefined;
    if (isClass(value)) {
      if (toLoop) throw classRefused(value);
      this.#writeLive(value, scope, writer);
      return true;
    }
    if (!toLoop && hasMore(value)) {
      this.#writeLive(value, scope, writer);
      return true;
    }
    const { name, usesThis, isGenerator } = traitsOf(value);
    writer.uint(CROSSING.indexOf("sender's"));
    writer.uint(this.#keep(value, scope, holder && originalOf(holder)));
    writer.uint((usesThis ? 1 : 0) | (isGenerator ? 2 : 0));
    writer.string(name);
    writer.string(toLoop ? this.#labelOf(value, name) : "");
    return true;
  }

  /** What a function is called in a message to people, and where it was given. */
  #labelOf(fn: AnyFunction, name: string): string {
    this.#place ??= this.#placeHere?.() ?? "";
    const what = nameOrSource(fn, name);
    return this.#place === "" ? what : `${what}, given at ${this.#place}`;
  }

  isTheirs(object: object): boolean {
    return this.#references.numberOf(object) !== undefined;
  }

  writeObject(object: object, writer: Writer): boolean {
    if (object instanceof OwnData) {
      writer.uint(CROSSING.indexOf("own"));
      writeOwn(object.object, writer);
      return true;
    }
    if (this.#writeReceivers(object, writer)) return true;
    const isBlocking = this.#expressions !== undefined;
    if (writeWebValue(object, writer, isBlocking, () => writer.uint(CROSSING.indexOf("web")))) return true;
    const { scope } = this;
    if (isBlocking && this.lends && isSignal(object)) {
      writer.uint(CROSSING.indexOf("signal"));
      writeSignal(object, writer);
      return true;
    }
    if (scope === undefined || scope.ended || !this.lends || !isLendable(object)) return false;
    const isAwaitable = isThenable(object);
    if (!isAwaitable || (!isBlocking && isBuilder(object))) {
      this.#writeLive(object, scope, writer, isAwaitable);
      return true;
    }
    if (isBlocking) return false;
    this.onPromise?.(object);
    const isNew = !this.#references.isKept(object, scope);
    const id = this.#keep(object, scope);
    if (isNew && object instanceof Promise) this.#references.watch(id, object);
    writer.uint(CROSSING.indexOf("promise"));
    writer.uint(id);
    return true;
  }

  writeList(list: readonly unknown[], writer: Writer): boolean {
    const { scope } = this;
    if (scope === undefined || scope.ended || !this.lends || this.isTheirs(list[0] as object)) return false;
    const own = ownColumns(list);
    if (own === undefined) return false;
    return own.arePrimitive
      ? this.#writeList(list as readonly object[], own, scope, writer)
      : writer.attempt(() => {
          if (!this.#writeList(list as readonly object[], own, scope, writer))
            throw new TypeError("it is none");
        });
  }

  #writeList(list: readonly object[], own: OwnColumns, scope: Scope, writer: Writer): boolean {
    if (!writer.numberAll(list, Object.getPrototypeOf(list[0]) as object, areDistinct(own))) return false;
    const numbers = this.#references.keepAll(list, scope);
    for (let i = 0; i < list.length; i++) this.#sent.push(numberAt(numbers, i));
    writer.byte(EXTENSION);
    writer.uint(CROSSING.indexOf("list"));
    this.#depth++;
    try {
      writeList(list, numbers, own, writer);
    } finally {
      this.#depth--;
    }
    return true;
  }

  #keep(value: object, scope: Scope, receiver?: object): number {
    const id = this.#references.keep(value, scope, receiver);
    this.#sent.push(id);
    return id;
  }

  /** Writes what the other side keeps. */
  #writeReceivers(value: object, writer: Writer): boolean {
    const theirs = this.#references.numberOf(value);
    const live = liveOf(value);
    if (theirs === undefined) {
      if (live === undefined || live.owner !== this.#references.importing.live) return false;
      throw new ReferenceReleased(`use ${live.className}: it has been disposed of, or its task has ended`);
    }
    if (live !== undefined) this.#handedBack.push(live);
    writer.uint(CROSSING.indexOf("receiver's"));
    writer.uint(theirs);
    return true;
  }

  #writeLive(object: object, scope: Scope, writer: Writer, isAwaitable: boolean = false): void {
    // The loop end may have let go of what it had, and has it anew.
    const isKnown = this.#references.isKept(object, scope) && this.#expressions === undefined;
    if (!isKnown && isEmitter(object)) this.lendsEmitter = true;
    writer.uint(CROSSING.indexOf("live"));
    writer.uint(this.#keep(object, scope));
    writer.uint((isClass(object) ? 1 : 0) | (isAwaitable ? 2 : 0));
    writer.string(classText(object));
    const isNested = this.#depth > 0;
    const hasData = !isKnown && (!isNested || (this.#depth < DEEPEST && this.#nested < NESTED));
    writer.uint(hasData ? 1 : 0);
    if (!hasData) return;
    if (isNested) this.#nested++;
    this.#depth++;
    try {
      writeOwn(object, writer);
    } finally {
      this.#depth--;
    }
  }

  /** Writes what a function is called on, where that is neither a copy, which its own side has the original of, nor nothing. */
  writeSelf(self: unknown, writer: Writer): void {
    if (!isGiven(self) || !isLendable(self)) {
      writer.uint(0);
      return;
    }
    writer.uint(1);
    // Few look at what the object holds.
    this.#depth = DEEPEST;
    writer.value(self, "this");
    this.#depth = 0;
  }

  /** Writes an expression where nothing else can stand. */
  writeExpression(node: Node, writer: Writer): void {
    if (this.#expressions === undefined) {
      throw new TypeError(
        `send ${describe(node)} to blocking code: it is a recorded expression; await it first`,
      );
    }
    this.#expressions.write(node, writer, this.scope);
  }

  read(reader: Reader): unknown {
    const crossing = CROSSING[reader.uint()];
    switch (crossing) {
      case "expression":
        return this.evaluate(reader);
      case "own":
        return readOwn(reader);
      case "signal":
        return readSignal(reader);
      case "web":
        return readWebValue(reader);
      case "class":
        return this.#readClass(reader.string(), reader);
      case "list":
        return readList(reader, this.#references, this.scope);
    }
    const id = reader.uint();
    switch (crossing) {
      case "receiver's":
        return this.#readOwn(id);
      case "live":
        return this.#readLive(id, reader);
      case "promise":
        return this.#import(id, () => this.#references.importing.promise?.(id, this.scope as Scope) ?? {});
    }
    const flags = reader.uint();
    const fn = {
      name: reader.string(),
      label: reader.string(),
      usesThis: (flags & 1) !== 0,
      isGenerator: (flags & 2) !== 0,
    };
    return this.#import(id, () => this.#references.importing.stub(id, this.scope as Scope, fn));
  }

  #readOwn(id: number): unknown {
    const value = this.#references.value(id);
    if (isEmitter(value)) this.readsEmitter = true;
    return value;
  }

  #import(id: number, make: () => object): object {
    // A late answer for a task that is over: nobody will see its value.
    if (this.scope === undefined || this.scope.ended) return () => {};
    return this.#references.import(id, this.scope, make);
  }

  #readClass(identity: string, reader: Reader): unknown {
    return reader.make(() => {
      const Class = classKnownAs(identity);
      if (Class !== undefined) return Class;
      throw new TypeError(
        `read a message: the class ${identity} is not known on this thread; import its module here`,
      );
    });
  }

  #readLive(id: number, reader: Reader): object {
    const flags = reader.uint();
    const description = readClass(reader.string());
    const { scope } = this;
    const { live: owner } = this.#references.importing;
    const make = (): object =>
      makeLive(id, scope as Scope, owner, description, (flags & 1) !== 0, (flags & 2) !== 0).proxy;
    const proxy = scope === undefined || scope.ended ? {} : this.#references.import(id, scope, make);
    const live = liveOf(proxy);
    // What is in it may refer to it.
    reader.early(proxy);
    if (reader.uint() === 1) {
      const own = readOwn(reader);
      live?.take(own);
    } else if (live !== undefined) live.isStale = true;
    return proxy;
  }

  /** Evaluates what `writeExpression()` wrote. */
  evaluate(reader: Reader): unknown {
    if (this.evaluator === undefined)
      throw new TypeError("read a message: an expression stands where none can");
    return this.evaluator.read(reader);
  }
}

function thrownExpression(node: Node): TypeError {
  const advice = "it is a recorded expression; give it to awaitlet() first, and throw its value";
  return new TypeError(`throw ${describe(node)}: ${advice}`);
}

function classRefused(Class: AnyFunction): NotTransferable {
  const name = Class.name || "a class without a name";
  return new NotTransferable(
    `Cannot copy the class ${name}: the other side does not know it; name it there by asyncModule(), or register it on both sides by registerClass()`,
    name,
  );
}
