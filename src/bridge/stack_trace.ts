/**
 * Stacks that show both sides of a bridge.
 *
 * @module
 */

import { named, stackOf } from "../wire/said.ts";

/**
 * Where awaitlet's own code is: frames from there tell a user nothing. That is the folder of its sources, or that of the
 * installed package, or a copy of its one file; nothing where a bundler has put it among the program's own code.
 */
function ownLocation(url: string): string | undefined {
  const folder =
    /^(.*\/)bridge\/stack_trace\.\w+$/.exec(url) ?? /^(.*\/node_modules\/awaitlet\/dist\/)/.exec(url);
  return folder?.[1] ?? (url.endsWith("/awaitlet.mjs") ? url : undefined);
}

/** The same in each form that a runtime shows: as a URL, as a URL that is decoded, as a path. */
function shownAs(location: string | undefined): string[] {
  if (location === undefined) return [];
  const decoded = decodeURIComponent(location);
  // `file:///C:/folder` is `C:/folder`.
  return [location, decoded, decoded.replace(/^file:\/\/(\/(?=\w:))?/, "")];
}

// A CommonJS bundle has no URL.
const OWN = shownAs(ownLocation(String(import.meta.url)));

/** At most so many frames of awaitlet's own stand between a user's `awaitlet()` and the call of `syncDef()`. */
const OWN_FRAMES = 16;

/** How many frames an error has, where nobody has asked for another number. */
const DEFAULT_FRAMES = 10;

/**
 * So many are looked up of who starts a task: three of the program's own. Each costs as much as many calls do, and most tasks do not
 * fail.
 */
const CALLER_FRAMES = 6;

/** What stands before the stack of each side but the first. */
const SECTION = "\n    --- ";
/** Of so many sides the stack is shown, from the innermost on, and that of the outermost; of the others there is the number. */
const SHOWN = 8;
const LEFT_OUT = /^(\d+) more sides ---$/;

/**
 * Continues the stack of an error that came across with the stack of this side.
 *
 * @param error What is about to be thrown here; anything but an error is left alone.
 * @param where The call that it is thrown from, as the user wrote it.
 * @param stack The stack of this side.
 */
export function continueStack(error: unknown, where: string, stack: string): void {
  if (!(error instanceof Error)) return;
  const there = (stackOf(error) ?? named(error)).split(SECTION);
  // The others have been looked through when they were added.
  if (there.length === 1) there[0] = withoutOwn(there[0] as string);
  else if (there.length > SHOWN) leaveOutLast(there);
  // V8 starts a stack with the error's name and message.
  const here = stack.replace(/^\w*Error\b.*\n/, "");
  try {
    Object.defineProperty(error, "stack", {
      value: [...there, `${where} ---\n${withoutOwn(here)}`].join(SECTION),
      writable: true,
      configurable: true,
    });
  } catch {
    // A frozen error keeps the stack it has.
  }
}

/** An error that passes through many callbacks would have a stack as long as all of theirs, copied once for each. */
function leaveOutLast(sections: string[]): void {
  const count = Number(LEFT_OUT.exec(sections[SHOWN] ?? "")?.[1] ?? 0);
  sections.length = SHOWN;
  sections.push(`${count + 1} more sides ---`);
}

/** The stack of this side, with room for awaitlet's own frames, which are left out in the end. */
export function stackHere(): string {
  const { stackTraceLimit: limit } = Error;
  Reflect.set(Error, "stackTraceLimit", limit + OWN_FRAMES);
  try {
    return stackOf(new Error()) ?? "";
  } catch {
    // The program's own `Error.prepareStackTrace` throws, which Node 20 asks at once.
    return "";
  } finally {
    Reflect.set(Error, "stackTraceLimit", limit);
  }
}

/** An error of the loop, with the stack of this side. */
export function fromLoop(error: unknown): unknown {
  continueStack(error, "awaitlet()", stackHere());
  return error;
}

/** An error that marks the place of a call, to be shown below what comes of it. */
export function callerHere(): Error | undefined {
  const { stackTraceLimit: limit } = Error;
  // What a program has asked for by itself holds.
  const isDefault = limit === DEFAULT_FRAMES && Reflect.set(Error, "stackTraceLimit", CALLER_FRAMES);
  try {
    return new Error();
  } catch {
    return undefined;
  } finally {
    if (isDefault) Reflect.set(Error, "stackTraceLimit", limit);
  }
}

/** How many frames `framesHere()` gives at most. */
const MANY_FRAMES = 500;

/** All frames of the present stack, awaitlet's own among them. */
export function framesHere(): string[] {
  const { stackTraceLimit: limit } = Error;
  Reflect.set(Error, "stackTraceLimit", MANY_FRAMES);
  try {
    return (stackOf(new Error()) ?? "").split("\n");
  } catch {
    return [];
  } finally {
    Reflect.set(Error, "stackTraceLimit", limit);
  }
}

/** The file, line and column of the first frame that is not awaitlet's own. */
export function firstPlace(frames: readonly string[]): string | undefined {
  const frame = frames.find((line) => /:\d+:\d+\)?$/.test(line) && !isOwn(line.replaceAll("\\", "/")));
  return frame && /^\s*(?:at )?(?:.*[(@])?(.*?)\)?$/.exec(frame)?.[1];
}

function withoutOwn(stack: string): string {
  return stack
    .split("\n")
    .filter((line) => !(/^\s*at |@/.test(line) && isOwn(line.replaceAll("\\", "/"))))
    .join("\n");
}

function isOwn(frame: string): boolean {
  return OWN.some((location) => frame.includes(location));
}
