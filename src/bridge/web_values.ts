/**
 * Values of the web's own classes, which the platform's functions take by what they are: those that blocking code gives are copied.
 *
 * @module
 */

import type { Reader, Writer } from "../wire/codec.ts";
import { Refusal } from "../wire/refusal.ts";

interface Form<T extends object> {
  /** What of it crosses. */
  readonly data: (value: T) => unknown;
  readonly make: (data: never) => T;
  /** Whether either side has a copy of its own; else the one of async code stays there, alive. */
  readonly isCopiedBothWays?: true;
}

type Pairs = [string, string][];
/** An entry of a form: a file with its name. */
type Entry = [name: string, value: string | Blob, fileName?: string];
interface FileData {
  readonly blob: Blob;
  readonly name: string;
  readonly lastModified: number;
}
/** What a request or a response is made of, where it has no body. */
type Init = { readonly headers: Pairs } & Record<string, unknown>;

const REQUEST = [
  "method",
  "mode",
  "credentials",
  "cache",
  "redirect",
  "referrerPolicy",
  "integrity",
  "keepalive",
];

const forms = {
  URL: {
    data: (url) => url.href,
    make: (href: string) => new URL(href),
    isCopiedBothWays: true,
  } as Form<URL>,
  URLSearchParams: {
    data: (params) => [...params],
    make: (pairs: Pairs) => new URLSearchParams(pairs),
    isCopiedBothWays: true,
  } as Form<URLSearchParams>,
  Headers: { data: (headers) => [...headers], make: (pairs: Pairs) => new Headers(pairs) } as Form<Headers>,
  FormData: {
    data: (form) =>
      [...form].map(([name, value]) => [name, value, typeof value === "string" ? undefined : value.name]),
    make(entries: Entry[]) {
      const form = new FormData();
      for (const [name, value, fileName] of entries) {
        if (typeof value === "string") form.append(name, value);
        else form.append(name, value, fileName);
      }
      return form;
    },
  } as Form<FormData>,
  File: {
    data: (file) => ({
      blob: file.slice(0, file.size, file.type),
      name: file.name,
      lastModified: file.lastModified,
    }),
    make: ({ blob, name, lastModified }: FileData) =>
      new File([blob], name, { type: blob.type, lastModified }),
  } as Form<File>,
  Request: {
    data(request) {
      if (request.body !== null) throw unread("Request");
      const init: Record<string, unknown> = { headers: [...request.headers] };
      for (const key of REQUEST) {
        const value: unknown = Reflect.get(request, key);
        if (value !== undefined && value !== "navigate") init[key] = value;
      }
      return [request.url, init];
    },
    make: ([url, init]: [string, Init]) => new Request(url, init as RequestInit),
  } as Form<Request>,
  Response: {
    data(response) {
      const { body, headers, status, statusText } = response;
      if (body !== null) throw unread("Response");
      return { headers: [...headers], status, statusText };
    },
    make: (init: Init) => new Response(null, init as ResponseInit),
  } as Form<Response>,
};

/** What is read bit by bit, by an event loop that does not turn while its thread waits. */
const STREAMS = ["ReadableStream", "WritableStream", "TransformStream"];

function unread(name: string): Refusal {
  const error = new TypeError(
    `a ${name} of blocking code cannot be read while its thread waits; make it there: awaitlet(new eventLoop.${name}(…)), or give its text or bytes`,
  );
  return new Refusal(undefined, { error });
}

const NAMES = Object.keys(forms) as (keyof typeof forms)[];
const BLOB = NAMES.length;

/** The number of the class that an object is right of, in the list of those that are copied; -1 for any other. */
function numberOf(object: object, isFromBlocking: boolean): number {
  if (isFromBlocking && isBlob(object)) return BLOB;
  return NAMES.findIndex(
    (name) => (isFromBlocking || "isCopiedBothWays" in forms[name]) && isRightOf(object, name),
  );
}

/** Whether an object is of a class of the platform's, and of no subclass. */
function isRightOf(object: object, name: string): boolean {
  const Class: unknown = Reflect.get(globalThis, name);
  return typeof Class === "function" && Class.prototype === Object.getPrototypeOf(object);
}

/** Before Node 24, what `slice()` gives is of a class of Node's own, and has the right one as a property. */
function isBlob(object: object): boolean {
  return (
    isRightOf(object, "Blob") ||
    (object instanceof Blob && Object.hasOwn(object, "constructor") && object.constructor === Blob)
  );
}

/**
 * Writes a value of the web's own classes.
 *
 * @param isFromBlocking Whether it is blocking code's, whose thread may park before anybody could ask for more.
 * @param announce Writes what tells the reader to call `readWebValue()`.
 * @returns Whether it is one that is copied.
 */
export function writeWebValue(
  object: object,
  writer: Writer,
  isFromBlocking: boolean,
  announce: () => void,
): boolean {
  const number = numberOf(object, isFromBlocking);
  if (number < 0 && isFromBlocking) {
    const stream = STREAMS.find((name) => isRightOf(object, name));
    if (stream !== undefined) throw unread(stream);
  }
  if (number < 0) return false;
  const name = NAMES[number];
  // Which form goes with which class only the number says.
  const data = name === undefined ? undefined : (forms[name] as unknown as Form<object>).data(object);
  announce();
  writer.uint(number);
  if (name === undefined) writer.attachClone(object);
  else writer.unfinished(object, () => writer.write(data));
  return true;
}

/** Reads what `writeWebValue()` wrote. */
export function readWebValue(reader: Reader): unknown {
  const name = NAMES[reader.uint()];
  const data = reader.value();
  // As above, and the data are those that the form of that class has written.
  return name === undefined ? data : (forms[name] as unknown as Form<object>).make(data as never);
}
