/** Graphs through the codec alone: written and read on this thread. */

import { NotTransferable } from "../../src/base/errors.ts";
import { Reader, Writer } from "../../src/wire/codec.ts";
import { NO_FUNCTIONS } from "../wire/round_trip.ts";
import { differenceOf } from "./compare.ts";
import { GraphMaker } from "./graphs.ts";
import { Chance } from "./random.ts";

const writer = new Writer(NO_FUNCTIONS);
const reader = new Reader(NO_FUNCTIONS);

/** What differs. What is not enumerable, and cannot cross, is an accessor that throws when it is read. */
export function arrivedAs(expected: unknown, arrived: unknown, mayFail: boolean): string {
  try {
    return differenceOf(expected, arrived);
  } catch (error) {
    return mayFail && error instanceof Error ? "" : `reading what arrived threw ${String(error)}`;
  }
}

/** What is wrong with the graph of that seed; "" where nothing is. */
export function codecCase(seed: number): string {
  const { value, expected, mayFail } = new GraphMaker(new Chance(seed)).make();
  let arrived: unknown;
  try {
    writer.begin();
    writer.value(value, "result");
    const { bytes, attachments } = writer.finish();
    const own = bytes.slice();
    reader.begin(own, attachments);
    arrived = reader.value();
    reader.end();
    // What was read must not depend on the bytes.
    own.fill(0xff);
  } catch (error) {
    if (!mayFail) return `it was refused: ${String(error)}`;
    const isClear = error instanceof NotTransferable || (error instanceof Error && error.message !== "");
    return isClear ? "" : `it was refused by ${String(error)}`;
  }
  return arrivedAs(expected, arrived, mayFail);
}
