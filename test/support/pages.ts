import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { installPackage } from "./package.ts";
import { root } from "./this_runtime.ts";
import { linkTools } from "./tools.ts";

/** A command of a page, and what it says there that the command prints. */
export interface Step {
  readonly command: string;
  readonly prints?: string;
}

/** A section of a page: what is between two headings. */
export interface Section {
  /** Its heading; that of what stands before the first one is empty. */
  readonly title: string;
  /** The code blocks that begin with a comment that names their file. */
  readonly files: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

/** Reads a page: code blocks with the name of a file in their first line, commands in `sh`, and in `text` what they print. */
export function readPage(page: string): Section[] {
  const text = readFileSync(join(root, page), "utf8");
  return text.split(/^(?=## )/m).map((part) => {
    const files: Record<string, string> = {};
    const steps: Step[] = [];
    for (const [, language, code = ""] of part.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)) {
      const [, file] = /^(?:\/\/|#) ([\w./-]+\.\w+)\n/.exec(code) ?? [];
      if (language === "sh")
        steps.push(
          ...code
            .trim()
            .split("\n")
            .map((command) => ({ command })),
        );
      else if (language === "text") steps.push({ ...(steps.pop() as Step), prints: code });
      else if (file !== undefined) files[file] = code;
    }
    return { title: /^## (.*)/.exec(part)?.[1] ?? "", files, steps };
  });
}

/** A pattern for what a page says is printed: `…` stands for anything, a space for any number of them. */
export function printed(text: string): RegExp {
  const parts = text
    .split("…")
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/ +/g, " +"));
  return new RegExp(`^${parts.join("[^]*?")}$`);
}

/**
 * Makes a project as a user has it: the package as npm installs it, and the files of a page.
 *
 * @param files What is in it, by path.
 * @param tools The `node_modules` that its packages are linked from.
 * @returns Its folder, to be disposed of.
 */
export function makeProject(
  files: Readonly<Record<string, string>>,
  tools: readonly string[],
): Disposable & { readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), "awaitlet-page-"));
  for (const modules of tools) linkTools(modules, folder);
  mkdirSync(join(folder, "node_modules/@types"), { recursive: true });
  for (const name of ["tsx", "postgres", "@types/node", "undici-types"]) {
    const place = join(folder, "node_modules", name);
    if (!existsSync(place)) symlinkSync(join(root, "node_modules", name), place);
  }
  installPackage(folder);
  for (const [file, text] of Object.entries({ "package.json": '{ "type": "module" }\n', ...files })) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}
