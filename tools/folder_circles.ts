/**
 * Finds the folders of `mod.ts` and `src` that refer to each other in a circle. Part of `npm run check`.
 *
 * biome.layers.json says what each folder may import. This check has no list: any circle fails, so a new folder needs no rule to be
 * held to the order. It counts type imports and `import()` as well. A folder stands for the files in it, not for its subfolders.
 */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";

/** For each folder the folders that its files import, each with one such import as an example. */
export type FolderGraph = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** `from "./x.ts"`, `import("./x.ts")` in code and in types, and `import "./x.ts"`. */
const IMPORT = /\b(?:from|import)\s*\(?\s*"(\.[^"]+)"/g;
const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;

/**
 * Reads which folder imports from which.
 *
 * @param root The folder that the others are named in.
 * @param files The files to read, as paths in `root`.
 */
export function folderGraph(root: string, files: readonly string[]): FolderGraph {
  const graph = new Map<string, Map<string, string>>();
  for (const file of files) {
    const from = dirname(file);
    for (const [, path = ""] of readFileSync(join(root, file), "utf8")
      .replace(COMMENT, "")
      .matchAll(IMPORT)) {
      const imported = join(from, path);
      const to = dirname(imported);
      if (to === from) continue;
      const edges = graph.get(from) ?? new Map<string, string>();
      graph.set(from, edges);
      if (!edges.has(to)) edges.set(to, `${file} imports ${imported}`);
    }
  }
  return graph;
}

/** Finds a circle: its imports, one for each step; `undefined` where there is none. */
export function findCircle(graph: FolderGraph): readonly string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  const imports: string[] = [];
  const visit = (folder: string): readonly string[] | undefined => {
    const start = path.indexOf(folder);
    if (start >= 0) return imports.slice(start);
    if (done.has(folder)) return undefined;
    path.push(folder);
    for (const [to, example] of graph.get(folder) ?? []) {
      imports.push(example);
      const circle = visit(to);
      if (circle !== undefined) return circle;
      imports.pop();
    }
    path.pop();
    done.add(folder);
    return undefined;
  };
  for (const folder of graph.keys()) {
    const circle = visit(folder);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

if (pathToFileURL(process.argv[1] ?? "").href === import.meta.url) {
  const root = join(import.meta.dirname, "..");
  const inSrc = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
  const files = ["mod.ts", ...inSrc.filter((file) => file.endsWith(".ts")).map((file) => join("src", file))];
  const graph = folderGraph(root, files);
  const circle = findCircle(graph);
  if (circle === undefined) {
    console.log(`No circle among ${graph.size} folders of ${files.length} files.`);
  } else {
    console.error(`Folders refer to each other in a circle:\n  ${circle.join("\n  ")}`);
    process.exitCode = 1;
  }
}
