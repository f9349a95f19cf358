/**
 * Makes `dist`, what npm gets: JavaScript by esbuild, types by tsc. `npm run build`.
 *
 * A thread that awaitlet starts loads one file, the same that `import "awaitlet"` gives. That file imports nothing but the
 * runtime's own modules, so it also works as a verbatim copy, wherever a bundler puts that.
 */

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import process from "node:process";
import { build, type Plugin } from "esbuild";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");

/** What `import "awaitlet"` gives, and what a worker runs first. */
const MAIN = "awaitlet.mjs";

/** The modules that become files of their own, because something names them by a URL or a user imports them. */
const OTHERS: Readonly<Record<string, string>> = {
  "src/postgres/mod.ts": "postgres.mjs",
  "src/postgres/loop/remote_api.ts": "postgres_loop.mjs",
  "src/bundlers/rollup.ts": "rollup.mjs",
  "src/testing/mod.ts": "testing.mjs",
};

/** Further names, those of the sources, for what measures `dist` and the sources alike. */
const ALIASES: Readonly<Record<string, string>> = {
  "mod.js": MAIN,
  "src/postgres/mod.js": "postgres.mjs",
};

/** What `deps.ts` gives, for the same. */
const DEPS = 'export { default as postgres } from "postgres";\n';

/** A literal as bundlers follow it. */
const literal = (output: string) => `new URL("./${output}", import.meta.url)`;

/** Has each `new URL("./x.ts", import.meta.url)` name the file of `dist` that has `x.ts` in it. */
const urls: Plugin = {
  name: "urls",
  setup(build) {
    build.onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => {
      let before = "";
      const rewrite = (found: string, name: string) => {
        const file = relative(root, resolve(path, "..", name));
        // An example, in a comment or in the text of an error.
        if (!existsSync(join(root, file))) return found;
        const wrap = (by: string, inModule: string, output: string) => {
          before = `import { ${by} } from ${JSON.stringify(join(root, "src/runtime", inModule))};`;
          return `${by}(() => ${literal(output)})`;
        };
        if (/_entry\.ts$/.test(file)) return wrap("ownFile", "own_file.ts", MAIN);
        const output = OTHERS[file];
        if (output !== undefined) return wrap("ownModule", "own_module.ts", output);
        throw new Error(`${path}: no file of dist has ${file}; name it in tools/build.ts`);
      };
      const text = readFileSync(path, "utf8");
      const contents = text.replace(/new URL\(\s*"(\.[^"]+\.ts)",\s*import\.meta\.url,?\s*\)/g, rewrite);
      return { contents: `${before}${contents}`, loader: "ts" };
    });
  },
};

/** Whatever `mod.ts` exports is imported from the main file, so that its state is there once. */
const main: Plugin = {
  name: "main",
  setup(build) {
    build.onResolve({ filter: /\/mod\.ts$/ }, ({ path, importer, kind }) => {
      if (kind === "entry-point" || relative(root, resolve(importer, "..", path)) !== "mod.ts")
        return undefined;
      return { path: `./${MAIN}`, external: true };
    });
  },
};

/** The name of an output, without the extension that esbuild adds. */
const named = ([file, output]: [string, string]) => ({ in: file, out: output.replace(/\.mjs$/, "") });

const settings = {
  absWorkingDir: root,
  outdir: dist,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  packages: "external",
  format: "esm",
  platform: "node",
  target: "node20",
  charset: "utf8",
  logLevel: "warning",
} as const;

/** What TypeScript before 5.7 does not read in declarations: a `.ts` path, and which buffer a typed array has. */
const NEWER: readonly [RegExp, string][] = [
  [/((?:from|import)\s*\(?\s*"\.[^"]*)\.ts"/g, '$1.js"'],
  [/\b((?:Uint8|Int32)Array)<(?:Shared)?ArrayBuffer>/g, "$1"],
];

function makeReadable(folder: string): void {
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".d.ts")) continue;
    const path = join(folder, file);
    const text = readFileSync(path, "utf8");
    writeFileSync(
      path,
      NEWER.reduce((text, [newer, older]) => text.replace(newer, older), text),
    );
  }
}

rmSync(dist, { recursive: true, force: true });
await build({ ...settings, entryPoints: [named(["mod.ts", MAIN])], plugins: [urls] });
await build({
  ...settings,
  entryPoints: Object.entries(OTHERS).map(named),
  splitting: true,
  chunkNames: "shared_[hash]",
  plugins: [main, urls],
});
for (const [name, file] of Object.entries(ALIASES)) {
  const alias = join(dist, name);
  mkdirSync(dirname(alias), { recursive: true });
  writeFileSync(
    alias,
    `export * from "${relative(dirname(alias), join(dist, file)).replace(/^(?!\.)/, "./")}";\n`,
  );
}
writeFileSync(join(dist, "deps.js"), DEPS);
execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});
makeReadable(join(dist, "types"));
