/**
 * Maps, sets, and what else is written as its parts.
 *
 * @module
 */

import { unbox } from "./kinds.ts";
import { entry, item, located } from "./refusal.ts";
import * as tag from "./tags.ts";
import type { Writer } from "./writer.ts";

/** Writes an object of that kind, without further properties that it may have. */
export function writeCollection(
  kind: "map" | "set" | "regexp" | "boxed",
  object: object,
  writer: Writer,
): void {
  switch (kind) {
    case "map":
      writeMap(object as Map<unknown, unknown>, writer);
      break;
    case "set":
      writeSet(object as Set<unknown>, writer);
      break;
    case "regexp":
      writer.byte(tag.REGEXP);
      writer.string((object as RegExp).source);
      writer.string((object as RegExp).flags);
      break;
    case "boxed":
      writer.byte(tag.BOXED);
      writer.write(unbox(object));
      break;
  }
}

function writeMap(map: Map<unknown, unknown>, writer: Writer): void {
  // A copy, because a getter may change the map meanwhile.
  const entries = [...map];
  writer.byte(tag.MAP);
  writer.uint(entries.length);
  let i = 0;
  let isKey = true;
  try {
    for (; i < entries.length; i++) {
      const [key, value] = entries[i] as [unknown, unknown];
      isKey = true;
      writer.write(key);
      isKey = false;
      writer.write(value);
    }
  } catch (error) {
    throw located(error, isKey ? item(i, "keys") : entry(entries[i]?.[0], i));
  }
}

function writeSet(set: Set<unknown>, writer: Writer): void {
  const values = [...set];
  writer.byte(tag.SET);
  writer.uint(values.length);
  let i = 0;
  try {
    for (; i < values.length; i++) writer.write(values[i]);
  } catch (error) {
    throw located(error, item(i));
  }
}
