/**
 * Finds, in a module's source, the URLs by which it names other modules to awaitlet.
 *
 * The source may be TypeScript or JavaScript, before or after other plugins have changed it; so this reads tokens, not a syntax
 * tree. Comments and strings are skipped, where an example may stand.
 *
 * @module
 */

/** A URL that has to change with the place of what it names. */
export interface ModuleUrl {
  /** Where its text begins in the source, and where it ends. */
  readonly start: number;
  readonly end: number;
  /** The path that stands in it; `undefined` for `import.meta.url` alone, which names the module that it stands in. */
  readonly path: string | undefined;
}

const CALLS = ["blockingModule", "asyncModule", "syncModule"];

/** A comment, a string or a template. What is within a template's `${}` is skipped with it. */
const SKIPPED = String.raw`\/\*[^]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\`(?:\\.|[^\`\\])*\``;

const META = String.raw`import\s*\.\s*meta\s*\.\s*url`;
const PATH = String.raw`(?<quote>["'\`])(?<path>\.{1,2}\/[^"'\`\n$]+)\k<quote>`;
/** Space, and comments, as those by which bundlers are told to leave a URL alone. */
const SPACE = String.raw`(?:\s|\/\*[^]*?\*\/|\/\/[^\n]*\n)*`;
const URL = String.raw`(?<url>new\s+URL\(${SPACE}${PATH}\s*,\s*${META}\s*,?\s*\)|${META})`;
/** `<typeof import("./logic.ts")>`, which the compiler has not taken away yet. */
const TYPE = String.raw`(?:\s*<[^;]*?>)?`;

/** How the built package names its own files. */
const OWN = String.raw`\bown(?:File|Module)\(\(\)\s*=>\s*`;

function pattern(names: readonly string[]): RegExp {
  const calls = `(?<![\\w$])(?:${names.map((name) => name.replaceAll("$", "\\$")).join("|")})${TYPE}\\s*\\(${SPACE}`;
  const registered = String.raw`(?<![\w$])module\s*:\s*`;
  return new RegExp(`${SKIPPED}|(?:${OWN}|${calls}|${registered})${URL}`, "g");
}

/** The names that the functions have in a module: their own, and those that it imports them by. */
function namesIn(code: string): string[] {
  const renamed = code.matchAll(/\b(blockingModule|asyncModule|syncModule)\s+as\s+([\w$]+)/g);
  return [...CALLS, ...Array.from(renamed, ([, , name = ""]) => name)];
}

/**
 * Finds the URLs in `blockingModule(…)`, `asyncModule(…)` and `syncModule(…)`, and in the `module` of a registered class.
 *
 * @param code The source of one module.
 */
export function findModuleUrls(code: string): ModuleUrl[] {
  // Most modules name none: these are told without reading their tokens.
  if (!/Module\b|\bregister(Class|Error)\b/.test(code) || !code.includes("import")) return [];
  const found: ModuleUrl[] = [];
  for (const { index, 0: text, groups } of code.matchAll(pattern(namesIn(code)))) {
    const url = groups?.url;
    if (url === undefined) continue;
    const end = index + text.length;
    found.push({ start: end - url.length, end, path: groups?.path });
  }
  return found;
}
