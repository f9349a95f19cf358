import { spawnSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import * as assert from "uvu/assert";
import { printed, type Step } from "./pages.ts";
import { name, root, runsFile } from "./this_runtime.ts";
import { withTools } from "./tools.ts";

/** Whether Node here reads no TypeScript by itself: then pages say to use tsx. */
const needsTsx = name === "node" && !Reflect.get(process.features, "typescript");

/** The runtime that runs a program `node` of a page: the one that runs this test. */
function commandHere(command: string): string {
  const [, variables = "", rest = ""] = /^((?:\w+=(?:"[^"]*"|\S+) )*)(.*)$/.exec(command) ?? [];
  const [program, ...words] = rest.split(" ");
  if (program === "npx") return variables + words.join(" ");
  if (program !== "node") return command;
  if (name === "node") return [`${variables}"${process.execPath}"`, ...words].join(" ");
  const [here, ...before] = runsFile("");
  return [`${variables}"${here}"`, ...before.slice(0, -1), ...words].join(" ");
}

/**
 * Runs a command of a page in a project, and compares what it prints.
 *
 * @param step The command.
 * @param folder The project.
 * @param tools The `node_modules` whose programs it may use.
 * @param variables Further variables of the environment.
 * @returns All that it has printed.
 */
export function runStep(
  { command, prints }: Step,
  folder: string,
  tools: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): string {
  const environment = withTools(...tools, join(root, "node_modules"));
  // `npx` and the programs of packages run on the Node of this test.
  const path = `${join(process.execPath, "..")}:${environment.PATH}`;
  const { status, stdout, stderr } = spawnSync("bash", ["-c", commandHere(command)], {
    cwd: folder,
    encoding: "utf8",
    timeout: 120_000,
    killSignal: "SIGKILL",
    env: {
      ...environment,
      ...(name === "node" && { PATH: path }),
      ...(needsTsx && { NODE_OPTIONS: "--import tsx" }),
      CI: "true",
      ...variables,
    },
  });
  assert.is(status, 0, `${command}\n${stdout}${stderr}`);
  if (prints !== undefined) assert.match(stdout, printed(prints));
  return stdout + stderr;
}
