/** Pictures of runs, as SVG by Vega-Lite. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import type { RunResult } from "./runs.ts";

/** Writes what the runs allow; returns the files' paths. */
export async function writePlots(results: readonly RunResult[], folder: string): Promise<readonly string[]> {
  mkdirSync(folder, { recursive: true });
  const scenarios = [...new Set(results.map(({ settings }) => settings.scenario))];
  const paths: string[] = [];
  for (const scenario of scenarios) {
    const rows = results.filter(({ settings }) => settings.scenario === scenario);
    for (const [name, spec] of Object.entries({ accuracy: accuracyPlot(rows), bytes: bytesPlot(rows) })) {
      const path = join(folder, `${scenario}-${name}.svg`);
      writeFileSync(path, await draw(spec));
      paths.push(path);
    }
  }
  return paths;
}

const GREEN = "#009E73";
const BLUE = "#0072B2";

/** Accuracy of every client of every run, and the mean of each method with its 95 % interval. */
function accuracyPlot(results: readonly RunResult[]): TopLevelSpec {
  const clients = results.flatMap(({ settings, accuracies }) =>
    accuracies.map((accuracy) => ({ method: settings.method, accuracy })),
  );
  const runs = results.map(({ settings, accuracyMean }) => ({ method: settings.method, accuracy: accuracyMean }));
  const y = {
    field: "method",
    type: "nominal",
    title: null,
    sort: { field: "accuracy", op: "mean", order: "descending" },
  } as const;
  const x = {
    field: "accuracy",
    type: "quantitative",
    title: "accuracy on a client's own test rows",
    scale: { zero: false },
  } as const;
  return {
    width: 520,
    layer: [
      { data: { values: clients }, mark: { type: "tick", color: BLUE, opacity: 0.35 }, encoding: { x, y } },
      { data: { values: runs }, mark: { type: "errorbar", extent: "ci", color: GREEN }, encoding: { x, y } },
      {
        data: { values: runs },
        mark: { type: "point", filled: true, size: 70, color: GREEN },
        encoding: { x: { ...x, aggregate: "mean" }, y },
      },
    ],
  };
}

/** What a method sends for the accuracy it reaches. */
function bytesPlot(results: readonly RunResult[]): TopLevelSpec {
  const values = results.map(({ settings, accuracyMean, bytesUp, bytesDown }) => ({
    method: settings.method,
    accuracy: accuracyMean,
    mebibytes: (bytesUp + bytesDown) / 2 ** 20,
  }));
  const x = { field: "mebibytes", aggregate: "mean", type: "quantitative", title: "MiB sent, all clients" } as const;
  const y = { field: "accuracy", aggregate: "mean", type: "quantitative", scale: { zero: false } } as const;
  return {
    width: 520,
    height: 320,
    data: { values },
    layer: [
      { mark: { type: "point", filled: true, size: 60, color: BLUE }, encoding: { x, y, detail: { field: "method" } } },
      { mark: { type: "text", align: "left", dx: 6 }, encoding: { x, y, text: { field: "method" } } },
    ],
  };
}

async function draw(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile({ ...spec, background: "white" }).spec), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
