/** What is told of a fault matrix that was run. */

import { NONE } from "./cells.ts";
import type { Told } from "./matrix.ts";

/** A matrix that was run, and what in it is not as it should be. */
export interface Judged {
  readonly cells: readonly Told[];
  readonly failures: readonly string[];
  /** Why a table is left out. */
  readonly notes: readonly string[];
}

/** The matrix's own output. */
export interface Output {
  readonly stdout: string;
  readonly output: string;
  readonly code: number | null;
  readonly timedOut: boolean;
}

const nameOf = ({ table, state, way }: Told) => `${table}: ${state}: ${way}`;

/** Judges the output of a run. A cell that has begun and not ended has taken the process with it, or hangs it. */
export function judge({ stdout, output, code, timedOut }: Output, bound: number): Judged {
  const told = stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Told);
  const cells = told.filter(({ outcome }) => outcome !== undefined);
  const failures: string[] = [];
  for (const cell of cells) {
    const { expected, outcome, ms = 0 } = cell;
    if (outcome !== expected) failures.push(`${nameOf(cell)}: ${outcome}, not ${expected}`);
    else if (ms > bound) failures.push(`${nameOf(cell)}: ${outcome} after ${Math.round(ms)} ms`);
  }
  const last = told.at(-1);
  if (last !== undefined && last.outcome === undefined) failures.push(`${nameOf(last)}: not settled`);
  if (code !== 0) failures.push(`the program ${timedOut ? "hangs" : `ended with code ${code}`}:\n${output}`);
  const hasServer = cells.some(({ table }) => table === "Postgres");
  const notes = hasServer
    ? []
    : ["no cell of Postgres: DATABASE_URL leads to no server, or none was asked for"];
  return { cells, failures, notes };
}

/** The tables of a run as text: what the caller gets, and after how many milliseconds. */
export function tableOf(runtime: string, { cells, failures, notes }: Judged): string {
  const show = ({ outcome = "", ms = 0, expected }: Told) => {
    if (outcome === NONE) return NONE;
    return `${outcome === expected ? outcome : "FAIL"} ${Math.round(ms)}`;
  };
  const tables = [...new Set(cells.map(({ table }) => table))].map((table) =>
    grid(
      `${runtime}: ${table}`,
      cells.filter((cell) => cell.table === table),
      show,
    ),
  );
  const shown = failures.map((failure) => `FAIL ${failure}`);
  return [...tables.map(pad), ...notes, ...shown, ""].join("\n");
}

/** What the caller gets, as tables of Markdown. */
export function markdownOf(cells: readonly Told[], table: string): string {
  const rows = grid(
    "",
    cells.filter((cell) => cell.table === table),
    ({ expected }) => expected,
  );
  const lines = rows.map((row) => `| ${row.join(" | ")} |`);
  return [lines[0], `|${" --- |".repeat(rows[0]?.length ?? 0)}`, ...lines.slice(1)].join("\n");
}

function grid(corner: string, cells: readonly Told[], show: (cell: Told) => string): string[][] {
  const ways = [...new Set(cells.map(({ way }) => way))];
  const states = [...new Set(cells.map(({ state }) => state))];
  const at = (state: string, way: string) => {
    const cell = cells.find((one) => one.state === state && one.way === way);
    return cell === undefined ? "" : show(cell);
  };
  return [[corner, ...ways], ...states.map((state) => [state, ...ways.map((way) => at(state, way))])];
}

function pad(rows: string[][]): string {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? [];
  return `${rows.map((row) => row.map((text, i) => text.padEnd(widths[i] ?? 0)).join("  ")).join("\n")}\n`;
}
