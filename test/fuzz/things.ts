/** Objects of classes, with accessors of all kinds, and behind proxies: what can be done to one, and to its live image. */

import type { Chance } from "./random.ts";

export class Thing {
  readonly id: number;
  name: string;
  tags: string[];
  child: Thing | undefined;
  #secret: number;

  constructor(id: number, name: string, tags: string[], child: Thing | undefined) {
    this.id = id;
    this.name = name;
    this.tags = tags;
    this.child = child;
    this.#secret = id * 2;
  }

  get label(): string {
    return `${this.name}#${this.id}`;
  }

  set label(label: string) {
    this.name = `labelled ${label}`;
  }

  get secret(): number {
    return this.#secret;
  }

  add(tag: string): number {
    this.tags.push(tag);
    return this.tags.length;
  }

  raise(by: number): this {
    this.#secret += by;
    return this;
  }

  deepest(): Thing {
    return this.child?.deepest() ?? this;
  }

  fails(): never {
    throw new RangeError(`${this.label} fails`);
  }
}

export class LoudThing extends Thing {
  volume = 3;

  override get label(): string {
    return super.label.toUpperCase();
  }

  override set label(label: string) {
    super.label = `${label}!`;
  }

  override add(tag: string): number {
    this.volume += 1;
    return super.add(tag.toUpperCase());
  }
}

export function makeThing(chance: Chance, depth = 0): Thing {
  const child = depth < 3 && chance.oneIn(2) ? makeThing(chance, depth + 1) : undefined;
  const Class = chance.oneIn(2) ? LoudThing : Thing;
  const tags = Array.from({ length: chance.below(3) }, () => chance.text());
  const thing = new Class(chance.below(100), chance.text(), tags, child);
  if (chance.oneIn(3)) {
    const get = () => `computed of ${thing.tags.length}`;
    Object.defineProperty(thing, "computed", { get, enumerable: chance.oneIn(2), configurable: true });
  }
  if (chance.oneIn(3)) Object.defineProperty(thing, "hidden", { value: chance.number(), writable: true });
  return thing;
}

/** Things in a list: mostly of one class, and with the same properties. */
export function makeThings(chance: Chance): Thing[] {
  const count = 8 + chance.below(6);
  if (chance.oneIn(3)) return Array.from({ length: count }, () => makeThing(chance));
  const Class = chance.oneIn(2) ? LoudThing : Thing;
  const child = chance.oneIn(3) ? makeThing(chance) : undefined;
  return Array.from({ length: count }, (_, i) => {
    const tags = Array.from({ length: chance.below(3) }, () => chance.text());
    return new Class(i, chance.text(), tags, i === 2 ? child : undefined);
  });
}

type Act = (thing: Thing) => unknown;
type Loose = Thing & { volume?: number; computed?: string; hidden?: number; more?: unknown };

/** Something to do to a thing. */
function actOf(chance: Chance): [name: string, act: Act] {
  const [text, number] = [chance.text(), chance.below(50)];
  const acts: [string, (thing: Loose) => unknown][] = [
    ["id", (thing) => thing.id],
    ["name", (thing) => thing.name],
    ["label", (thing) => thing.label],
    ["secret", (thing) => thing.secret],
    ["tags", (thing) => thing.tags],
    ["volume", (thing) => thing.volume],
    ["computed", (thing) => thing.computed],
    ["hidden", (thing) => thing.hidden],
    ["more", (thing) => thing.more],
    ["keys", (thing) => Object.keys(thing)],
    ["has", (thing) => ["name", "label", "add", "computed", "nothing"].map((key) => key in thing)],
    [
      "own",
      (thing) => ["name", "label", "add", "computed", "hidden"].map((key) => Object.hasOwn(thing, key)),
    ],
    ["set name", (thing) => (thing.name = text)],
    ["set label", (thing) => (thing.label = text)],
    ["set tags", (thing) => (thing.tags = [text, text])],
    ["set more", (thing) => (thing.more = { number, text })],
    ["add", (thing) => thing.add(text)],
    ["raise", (thing) => thing.raise(number).secret],
    ["is itself", (thing) => thing.raise(0) === thing],
    ["fails", (thing) => thing.fails()],
    ["in a template", (thing) => `${thing.label} ${thing.tags.length}`],
    ["deepest", (thing) => thing.deepest().label],
    ["child", (thing) => thing.child?.name],
    ["child's label", (thing) => thing.child?.label],
    ["child add", (thing) => thing.child?.add(text)],
    ["child's tags", (thing) => thing.child?.tags],
    ["entries", (thing) => Object.entries(thing).filter(([, value]) => typeof value !== "object")],
    ["constructor", (thing) => thing.constructor.name],
  ];
  const [name, act] = chance.pick(acts);
  return [name, act as Act];
}

function outcome(act: Act, thing: Thing): string {
  try {
    return JSON.stringify(act(thing)) ?? "undefined";
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

/** Does the same to both, and tells where they differ; "" where they do not. */
export function useThing(chance: Chance, local: Thing, live: Thing): string {
  const done: string[] = [];
  for (let i = 0; i < 30; i++) {
    const [name, act] = actOf(chance);
    const [expected, actual] = [outcome(act, local), outcome(act, live)];
    done.push(name);
    if (expected !== actual) return `after ${done.join(", ")}: ${actual} instead of ${expected}`;
  }
  return "";
}
