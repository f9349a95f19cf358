/**
 * The figures as tables, for terminals and in Markdown.
 *
 * @module
 */

import type { Figure } from "./figure.ts";

const HEAD = ["", "against", "ours", "theirs", "ratio", "spread", "reach", "met"] as const;

/** @returns The lines of a table for people, of the figures of one runtime. */
export function table(figures: readonly Figure[]): string {
  const rows = [HEAD, ...cells(figures)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ");
  return rows.map((row) => line(row).trimEnd()).join("\n");
}

/** @returns The same in Markdown. */
export function markdown(figures: readonly Figure[]): string {
  return markdownOf(HEAD, cells(figures));
}

/** @returns The ratios of all runtimes beside each other, in Markdown; what misses its reach is marked. */
export function overview(figures: readonly Figure[]): string {
  const runtimes = [...new Set(figures.map(({ runtime }) => runtime))];
  const lines = new Map<string, Figure[]>();
  for (const figure of figures) {
    const line = `${figure.name}, ${figure.against}`;
    lines.set(line, [...(lines.get(line) ?? []), figure]);
  }
  const ratioOf = (of: readonly Figure[], runtime: string) => {
    const figure = of.find((figure) => figure.runtime === runtime);
    if (figure === undefined || figure.ratio === null || figure.spread === null) return figure?.note ?? "";
    const text = `${plain(figure.ratio)} (${plain(figure.spread[0])}–${plain(figure.spread[1])})`;
    return figure.met === false ? `**${text}**` : text;
  };
  const rows = [...lines.values()].map((of) => {
    const [{ name, against, reach }] = of as [Figure, ...Figure[]];
    return [name, against, reach ?? "", ...runtimes.map((runtime) => ratioOf(of, runtime))];
  });
  return markdownOf(["", "against", "reach", ...runtimes], blankRepeated(rows));
}

function markdownOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function cells(figures: readonly Figure[]): string[][] {
  const rows = figures.map(({ name, against, unit, ours, theirs, ratio, spread, reach, met, note }) => [
    name,
    against,
    amount(ours, unit),
    amount(theirs, unit),
    ratio === null ? (note ?? "") : plain(ratio),
    spread === null ? "" : `${plain(spread[0])}–${plain(spread[1])}`,
    reach ?? "",
    met === null ? "" : met ? "yes" : "NO",
  ]);
  return blankRepeated(rows);
}

/** Names each benchmark but once. */
function blankRepeated(rows: string[][]): string[][] {
  return rows.map((row, i) => (row[0] === rows[i - 1]?.[0] ? ["", ...row.slice(1)] : row));
}

function amount(value: number | null, unit: string): string {
  return value === null ? "" : `${plain(value)} ${unit}`;
}

/** Three digits that count. */
function plain(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: 3 });
}
