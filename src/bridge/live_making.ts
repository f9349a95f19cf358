/**
 * Makes live objects, as descriptions of their classes come from the other side.
 *
 * @module
 */

import type { Bottom, ClassDescription } from "../wire/class_description.ts";
import { LiveObject, type LiveOwner, mark } from "./live_object.ts";
import { prototypeFor } from "./live_prototype.ts";
import type { Scope } from "./reference_table.ts";

/** Makes the live object for an original of the other side. */
export function makeLive(
  id: number,
  scope: Scope,
  owner: LiveOwner,
  description: ClassDescription,
  isClass: boolean,
  isAwaitable: boolean,
): LiveObject {
  const live = new LiveObject(id, scope, owner, description, targetOf(description, isClass, owner.isSync));
  mark(live);
  if (isAwaitable) live.makeAwaitable();
  return live;
}

/** Makes the live objects for originals of one class, whose own data, as they have come, are `rows`. */
export function makeLives(
  rows: readonly object[],
  scope: Scope,
  owner: LiveOwner,
  description: ClassDescription,
  idOf: (index: number) => number,
): object[] {
  const prototype = prototypeFor(description, owner.isSync);
  const made: object[] = new Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const live = new LiveObject(
      idOf(i),
      scope,
      owner,
      description,
      Object.setPrototypeOf(rows[i], prototype) as object,
    );
    live.isStale = false;
    made[i] = mark(live);
  }
  return made;
}

function targetOf(description: ClassDescription, isClass: boolean, isSync: boolean): object {
  const prototype = prototypeFor(description, isSync);
  const target = bare(description.bottom, isClass);
  if (Object.getPrototypeOf(target) !== prototype) Object.setPrototypeOf(target, prototype);
  return target;
}

function bare(bottom: Bottom, isClass: boolean): object {
  if (bottom === "array") return [];
  if (bottom === "object") return {};
  // Only what is no arrow can be constructed.
  const target = isClass ? class {} : () => {};
  for (const key of ["length", "name"]) Reflect.deleteProperty(target, key);
  return target;
}
