/**
 * Which file may stand for which.
 *
 * @module
 */

/**
 * What a file is called before and after it is compiled or bundled. Compilers rewrite the paths of imports, but not
 * `new URL("./logic.ts", import.meta.url)`: so compiled code names the source, which is not there.
 */
const SIBLINGS: Readonly<Record<string, readonly string[]>> = {
  ".ts": [".js", ".mjs", ".cjs"],
  ".tsx": [".js", ".jsx", ".mjs", ".cjs"],
  ".mts": [".mjs", ".js"],
  ".cts": [".cjs", ".js"],
  ".js": [".ts", ".tsx", ".mjs", ".cjs"],
  ".jsx": [".tsx", ".js"],
  ".mjs": [".mts", ".js"],
  ".cjs": [".cts", ".js"],
};

/** The paths or URLs that a module may have instead: of its source where it is compiled, and the other way round. */
export function siblingsOf(path: string): string[] {
  const [, before, extension = "", after = ""] = /^([^?#]*?)(\.\w+)([?#].*)?$/.exec(path) ?? [];
  return (SIBLINGS[extension] ?? []).map((sibling) => `${before}${sibling}${after}`);
}
