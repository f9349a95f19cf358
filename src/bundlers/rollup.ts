/**
 * A plugin for Rollup, Vite and Rolldown. Each module that `blockingModule()`, `asyncModule()` or `syncModule()` names by a URL
 * becomes a chunk of its own, and the URL that of the chunk.
 *
 * @module
 */

import { builtin } from "../runtime/builtin.ts";
import { siblingsOf } from "../runtime/siblings.ts";
import { findModuleUrls, type ModuleUrl } from "./module_urls.ts";

/** What the plugin uses of the context that a bundler gives to a hook. */
export interface AwaitletPluginContext {
  /** Finds the file that a module means by a path. */
  resolve(
    path: string,
    importer: string,
  ): Promise<{ readonly id: string; readonly external?: unknown } | null>;
  /** Adds a chunk to the bundle, and gives its number. */
  emitFile(file: { type: "chunk"; id: string; name: string; preserveSignature: "allow-extension" }): string;
  /** Says what is wrong without ending the build. */
  warn(message: string): void;
  /** In Vite: what is built for whom. */
  readonly environment?: { readonly config: { readonly consumer?: string } };
}

/** Where in the bundle a file is, and where the chunk is that names it. */
export interface EmittedFile {
  /** The number that `emitFile()` gave. */
  readonly referenceId: string;
  /** The path of the file, from the chunk. */
  readonly relativePath: string;
  /** The format of the bundle. */
  readonly format: string;
}

/** The plugin, as Rollup, Rolldown and Vite all take it. */
export interface AwaitletPlugin {
  /** Its name. */
  readonly name: string;
  /** Vite's word for when it is used: a server for development runs the sources, where each module is a file already. */
  readonly apply: "build";
  /** Rewrites the URLs in one module. */
  transform(
    this: AwaitletPluginContext,
    code: string,
    id: string,
  ): Promise<{ code: string; map: null } | undefined>;
  /** Writes the URL of a file. Vite's own way would give one from the root of a site. */
  readonly resolveFileUrl: { readonly order: "pre"; handler(file: EmittedFile): string | undefined };
}

/**
 * Makes the plugin.
 *
 * @returns The plugin, for the `plugins` of Rollup, Vite or Rolldown.
 *
 * @example In rollup.config.js
 * ```ts ignore
 * import awaitlet from "awaitlet/rollup";
 *
 * export default { input: "main.js", external: ["awaitlet"], plugins: [awaitlet()], output: { dir: "dist" } };
 * ```
 */
export default function awaitlet(): AwaitletPlugin {
  const emitted = new Set<string>();
  return {
    name: "awaitlet",
    apply: "build",
    async transform(code, id) {
      if (this.environment?.config.consumer === "client") return undefined;
      let result = "";
      let done = 0;
      for (const url of findModuleUrls(code)) {
        const file = await emit(this, url, id);
        if (file === undefined) continue;
        emitted.add(file);
        const before = code.slice(url.start, url.end);
        // As many lines as before, so that what follows stays on its line.
        const lines = before.replace(/[^\n]+/g, "");
        result += `${code.slice(done, url.start)}new URL(import.meta.ROLLUP_FILE_URL_${file}${lines})`;
        if (url.path === undefined) result += ".href";
        done = url.end;
      }
      return done === 0 ? undefined : { code: result + code.slice(done), map: null };
    },
    resolveFileUrl: {
      order: "pre",
      handler({ referenceId, relativePath, format }) {
        if (!emitted.has(referenceId)) return undefined;
        if (format === "es") return `new URL(${JSON.stringify(relativePath)}, import.meta.url).href`;
        if (format !== "cjs") return undefined;
        return `require("node:url").pathToFileURL(require("node:path").join(__dirname, ${JSON.stringify(relativePath)})).href`;
      },
    },
  };
}

/** Adds what a URL names to the bundle. Gives the number of its file, or nothing where the URL stays as it is. */
async function emit(
  context: AwaitletPluginContext,
  { path }: ModuleUrl,
  importer: string,
): Promise<string | undefined> {
  const id = path === undefined ? importer : await resolve(context, path, importer);
  if (id === undefined) return undefined;
  const name = builtin("node:path")
    .basename(id.replace(/[?#].*$/, ""))
    .replace(/\.\w+$/, "");
  return context.emitFile({ type: "chunk", id, name, preserveSignature: "allow-extension" });
}

async function resolve(
  context: AwaitletPluginContext,
  path: string,
  importer: string,
): Promise<string | undefined> {
  for (const candidate of [path, ...siblingsOf(path)]) {
    const resolved = await context.resolve(candidate, importer);
    if (resolved !== null) return resolved.external ? undefined : resolved.id;
  }
  context.warn(`there is no module ${path}, which ${importer} names: its URL is left as it is`);
  return undefined;
}
