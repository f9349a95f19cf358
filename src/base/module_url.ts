/**
 * How a module on the other side is named.
 *
 * @module
 */

/** The URL of a module as text. `caller` is what its user has called, for the error where it is none. */
export function moduleUrl(url: URL | string, caller: string): string {
  if (url instanceof URL) return url.href;
  // Relative to whom, and found by whose rules, cannot be told from a bare or relative name.
  if (isFullName(url)) return url;
  if (url === undefined) {
    throw new TypeError(
      `name a module by ${caller}(): there is no URL, as import.meta.url is undefined in a CommonJS bundle; see docs/bundling.md of awaitlet`,
    );
  }
  throw new TypeError(
    `name a module by ${caller}(): ${JSON.stringify(url)} is not a URL; write new URL("./module.ts", import.meta.url), or a full name such as "node:fs/promises"`,
  );
}

function isFullName(name: unknown): name is string {
  return typeof name === "string" && /^[a-z][a-z+.-]+:/.test(name);
}

/** Whether a name is that of a package or of an import map, which means something only to the file that imports it. */
export function isBareName(name: unknown): name is string {
  return typeof name === "string" && /^[^./\\\s:][^\\\s:]*$/.test(name);
}

/** A bare name and the file whose import of it is meant, as one text that goes where a URL goes. */
export function importOf(name: string, file: string): string {
  return `awaitlet:${name} from ${file}`;
}

/** What `importOf()` was given; `undefined` for a URL. */
export function readImport(url: string): { readonly name: string; readonly file: string } | undefined {
  const [, name, file] = /^awaitlet:(\S+) from (.*)$/s.exec(url) ?? [];
  return name === undefined || file === undefined ? undefined : { name, file };
}

/** A module as messages call it: the name of its file or package. */
export function shortName(url: string): string {
  return readImport(url)?.name ?? url.slice(url.lastIndexOf("/") + 1);
}
