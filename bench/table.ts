/**
 * The figures as a table.
 *
 * @module
 */

import type { Figure } from "./figure.ts";

const HEAD = ["", "against", "ours", "theirs", "ratio", "spread", "reach", "met"] as const;

/** @returns The lines of a table for people, of the figures of one runtime. */
export function table(figures: readonly Figure[]): string {
  const rows = [HEAD, ...cells(figures)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** @returns The same in Markdown. */
export function markdown(figures: readonly Figure[]): string {
  const lines = [HEAD, HEAD.map(() => "---"), ...cells(figures)];
  return lines.map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function cells(figures: readonly Figure[]): string[][] {
  let last = "";
  return figures.map((figure) => {
    const { name, against, unit, ours, theirs, ratio, spread, reach, met, note } = figure;
    const first = name === last ? "" : name;
    last = name;
    return [
      first,
      against,
      amount(ours, unit),
      amount(theirs, unit),
      ratio === null ? (note ?? "") : plain(ratio),
      spread === null ? "" : `${plain(spread[0])}–${plain(spread[1])}`,
      reach ?? "",
      met === null ? "" : met ? "yes" : "NO",
    ];
  });
}

function amount(value: number | null, unit: string): string {
  return value === null ? "" : `${plain(value)} ${unit}`;
}

/** Three digits that count. */
function plain(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: 3 });
}
