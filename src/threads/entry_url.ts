/**
 * Where the modules are that workers run first.
 *
 * @module
 */

/** The URL of an entry in this folder, with this very file's extension: `.ts` in the sources, `.js` in what npm gets. */
export function entryUrl(name: "entry" | "companion_entry" | "guardian_entry"): URL {
  return new URL(`./${name}${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);
}
