/**
 * Imports a package as another file imports it.
 *
 * @module
 */

import { builtin } from "./builtin.ts";

type Import = (name: string) => Promise<Readonly<Record<string, unknown>>>;

/** An `import()` that runs as though it stood in a file, for each file that has asked. */
const imports = new Map<string, Import>();

/**
 * Imports what a name means in a file: by the packages that are installed there, the `imports` of its package, the import map.
 *
 * @param name The name, such as `"pg"`.
 * @param file The URL of the file.
 * @returns The namespace.
 */
export function importFrom(name: string, file: string): Promise<Readonly<Record<string, unknown>>> {
  let importThere = imports.get(file);
  if (importThere === undefined) {
    importThere = importIn(file);
    imports.set(file, importThere);
  }
  return importThere(name);
}

const SOURCE = "(name) => import(name)";

function importIn(file: string): Import {
  if ("Deno" in globalThis) {
    const { constants, runInThisContext } = builtin("node:vm");
    const importModuleDynamically = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
    return runInThisContext(SOURCE, { filename: file, importModuleDynamically }) as Import;
  }
  // Node warns of that option. The name of a CommonJS module says as well from where its imports are resolved.
  const path = builtin("node:url").fileURLToPath(file);
  const { Module } = builtin("node:module");
  const module = new Module(path) as InstanceType<typeof Module> & {
    _compile(source: string, path: string): void;
  };
  module.filename = path;
  module._compile(`module.exports = ${SOURCE};`, path);
  return module.exports as Import;
}
