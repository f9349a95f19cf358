import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { type Nodes, namedNodes } from "./more_nodes.ts";

/** A runtime that test files are run on. */
export interface Runtime {
  /** Its name and version: `node-20.20`. */
  name: string;
  /** The command that runs a file, without the file. */
  command: [string, ...string[]];
  /** The one that runs a file in which `using` stands, where the runtime itself does not read that. */
  commandForUsing?: [string, ...string[]];
  /** Whether only the contract suite is run on it. */
  contractOnly?: boolean;
}

/** What awaitlet promises to a program, without its libraries, servers, bundlers and documents. */
const CONTRACT =
  /^test\/(?:(?!demo|docs|echo|package_types|peers|published|types)[\w.]+|(?:runtime|threads|transport|wire)\/.*)\.test\.ts$/;

/** Whether a test file is run on a runtime. */
export function runsOn(file: string, { contractOnly }: Runtime): boolean {
  return contractOnly !== true || CONTRACT.test(file.replaceAll("\\", "/"));
}

/** Whether `using` stands in a test, or in what is in the folder of its name. */
export function hasUsing(test: string): boolean {
  const folder = test.replace(/\.test\.ts$/, "");
  const inFolder = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(".ts")) : [];
  return [test, ...inFolder.map((file) => join(folder, file))].some((file) =>
    /^ *(await )?using \w+ =/m.test(readFileSync(file, "utf8")),
  );
}

const DENO_PERMISSIONS = [
  "--no-prompt",
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-sys",
  "--allow-net",
  "--allow-run",
];

function ask(binary: string, ...args: string[]): string {
  return execFileSync(binary, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).trim();
}

function minor(version: string): string {
  return version.split(".", 2).join(".");
}

function node(binary: string): Runtime {
  const [version = "", typescript] = ask(
    binary,
    "-p",
    "process.versions.node + ' ' + (process.features.typescript || '')",
  ).split(" ");
  const name = `node-${minor(version)}`;
  const withTsx: Runtime["command"] = [binary, "--import", "tsx"];
  if (!typescript) return { name, command: withTsx };
  return { name, command: [binary], ...(Number.parseInt(version, 10) < 24 && { commandForUsing: withTsx }) };
}

function deno(binary: string): Runtime {
  const version = ask(binary, "eval", "console.log(Deno.version.deno)");
  return { name: `deno-${minor(version)}`, command: [binary, "run", ...DENO_PERMISSIONS] };
}

function bun(binary: string): Runtime {
  return { name: `bun-${minor(ask(binary, "--version"))}`, command: [binary] };
}

/**
 * Finds the runtimes to test on: the Node at hand and others, and the Deno and the Bun that are installed as development
 * dependencies.
 *
 * @param root The folder of the project.
 * @param nodes The other Nodes.
 * @returns The runtimes, Node first.
 */
export function findRuntimes(root: string, nodes: Nodes = namedNodes()): Runtime[] {
  const bin = join(root, "node_modules", ".bin");
  const here = process.versions.deno || process.versions.bun ? "node" : process.execPath;
  const contract = nodes.contract.map((binary) => ({ ...node(binary), contractOnly: true }));
  return [...[here, ...nodes.whole].map(node), ...contract, deno(join(bin, "deno")), bun(join(bin, "bun"))];
}
