/** Programs of blocking code at random, and the model that says what each must give. */

import type { Chance } from "./random.ts";

type Leaf = "value" | "later" | "throws" | "fails" | "iterates" | "exits";

export type Program =
  | readonly [kind: Leaf, value: number]
  | readonly [kind: "calls" | "nests" | "catches", program: Program]
  | readonly [kind: "sum" | "both", first: Program, second: Program];

export function makeProgram(chance: Chance, depth = 0): Program {
  if (depth === 0 && chance.oneIn(30)) return ["exits", chance.below(3)];
  const kind = depth > 4 ? chance.below(5) : chance.below(14);
  const inner = () => makeProgram(chance, depth + 1);
  if (kind < 2) return ["value", chance.below(100)];
  if (kind < 4) return ["later", chance.below(100)];
  if (kind === 4) return [chance.pick(["throws", "fails", "iterates"] as const), chance.below(6)];
  if (kind < 7) return ["calls", inner()];
  if (kind < 9) return ["nests", inner()];
  if (kind === 9) return ["catches", inner()];
  return [kind < 12 ? "sum" : "both", inner(), inner()];
}

/** What it must give, or the message of the error that it must throw. */
export function outcomeOf(program: Program): number | string {
  const [kind] = program;
  switch (kind) {
    case "value":
    case "later":
      return program[1];
    case "throws":
    case "fails":
      return `failed ${program[1]}`;
    case "iterates":
      // Not -0.
      return (program[1] * (program[1] - 1)) / 2 + 0;
    case "exits":
      return "dies";
    case "calls":
    case "nests":
      return outcomeOf(program[1]);
    case "catches": {
      const inner = outcomeOf(program[1]);
      return typeof inner === "string" ? -1 : inner;
    }
    default: {
      const first = outcomeOf(program[1]);
      if (typeof first === "string") return first;
      const second = outcomeOf(program[2]);
      if (typeof second === "string") return second;
      return first + second + (kind === "both" ? 7 : 0);
    }
  }
}
