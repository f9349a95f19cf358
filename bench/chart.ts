/**
 * The figures as a chart, by Vega-Lite.
 *
 * @module
 */

import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import type { Figure } from "./figure.ts";

const RUNTIME = { field: "runtime", title: "runtime" } as const;

/** How far each figure is from what it is to reach. */
function reaches(figures: readonly Figure[]) {
  const values = figures
    .filter(({ part, at }) => part !== null && at === undefined)
    .map(({ name, against, reach, runtime, part }) => ({
      figure: `${name}, ${against} (${reach})`,
      runtime,
      // A logarithm has no place for less.
      part: Math.max(part ?? 0, 0.01),
    }));
  return {
    title: "Each figure, divided by what it is to reach: left of the line it is reached",
    width: 520,
    height: { step: 22 },
    data: { values },
    layer: [
      {
        mark: { type: "point", filled: true, size: 70, opacity: 0.85 },
        encoding: {
          y: { field: "figure", type: "nominal", title: null, sort: null, axis: { labelLimit: 420 } },
          x: {
            field: "part",
            type: "quantitative",
            title: "part of the reach, logarithmic",
            scale: { type: "log" },
          },
          color: { ...RUNTIME, type: "nominal" },
          shape: { ...RUNTIME, type: "nominal" },
        },
      },
      {
        mark: { type: "rule", color: "#444", strokeDash: [4, 3] },
        encoding: { x: { datum: 1, type: "quantitative" } },
      },
    ],
  };
}

const CURVES: Readonly<Record<string, { title: string; x: string }>> = {
  bytes: { title: "What a byte costs", x: "bytes given back" },
  threads: { title: "What an await costs", x: "threads that await at once" },
  steps: { title: "What a step of a chain costs", x: "steps" },
};

/** What one unit costs, the more there are. */
function curve(figures: readonly Figure[], of: string) {
  const values = figures
    .filter(({ at, ours }) => at?.curve === of && ours !== null)
    .map(({ at, ours, runtime }) => ({ x: at?.x, cost: ours, runtime }));
  const unit = figures.find(({ at }) => at?.curve === of)?.unit;
  return {
    title: CURVES[of]?.title,
    width: 220,
    height: 180,
    data: { values },
    mark: { type: "line", point: true },
    encoding: {
      x: {
        field: "x",
        type: "quantitative",
        title: CURVES[of]?.x,
        scale: { type: "log" },
        axis: { format: "~s" },
      },
      y: { field: "cost", type: "quantitative", title: unit, scale: { type: "log" } },
      color: { ...RUNTIME, type: "nominal" },
      shape: { ...RUNTIME, type: "nominal" },
    },
  };
}

/**
 * Draws the figures.
 *
 * @param figures Of any number of runtimes.
 * @returns The chart, as SVG.
 */
export async function chart(figures: readonly Figure[]): Promise<string> {
  const curves = Object.keys(CURVES).filter((of) => figures.some(({ at }) => at?.curve === of));
  const spec = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    background: "white",
    config: { font: "sans-serif" },
    vconcat: [
      reaches(figures),
      ...(curves.length > 0 ? [{ hconcat: curves.map((of) => curve(figures, of)) }] : []),
    ],
  } as TopLevelSpec;
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: "none" });
  return await view.toSVG();
}
