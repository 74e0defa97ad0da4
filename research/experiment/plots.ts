/** Pictures of runs, as SVG by Vega-Lite. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import type { RunResult } from "./runs.ts";
import { interval, mean } from "./statistics/interval.ts";
import { grouped } from "./tables.ts";

const PLOTS = { accuracy: accuracyPlot, bytes: bytesPlot };
type PlotName = keyof typeof PLOTS;

/** One of each kind for every scenario; returns the files' paths. */
export async function writePlots(
  results: readonly RunResult[],
  folder: string,
  names: readonly PlotName[] = ["accuracy", "bytes"],
): Promise<readonly string[]> {
  mkdirSync(folder, { recursive: true });
  const scenarios = [...new Set(results.map(({ settings }) => settings.scenario))];
  const paths: string[] = [];
  for (const scenario of scenarios) {
    const rows = results.filter(({ settings }) => settings.scenario === scenario);
    for (const name of names) {
      const path = join(folder, `${scenario}-${name}.svg`);
      writeFileSync(path, await draw(PLOTS[name](rows)));
      paths.push(path);
    }
  }
  return paths;
}

const GREEN = "#009E73";
const BLUE = "#0072B2";

/** Accuracy of every client of every run, and the mean of each method with its 95 % interval over seeds. */
function accuracyPlot(results: readonly RunResult[]): TopLevelSpec {
  const clients = results.flatMap(({ settings, accuracies }) =>
    accuracies.map((accuracy) => ({ method: settings.method, accuracy })),
  );
  const methods = grouped(results, ({ settings }) => settings.method)
    .map((group) => {
      const { mean: accuracy, margin } = interval(group.map(({ accuracyMean }) => accuracyMean));
      const reach = margin ?? 0;
      return {
        ...{ method: group[0]?.settings.method ?? "", accuracy },
        // Of three seeds that differ an interval may be wider than what there is.
        ...{ low: Math.max(0, accuracy - reach), high: Math.min(1, accuracy + reach) },
      };
    })
    .sort((a, b) => b.accuracy - a.accuracy);
  const y = { field: "method", type: "nominal", title: null, sort: methods.map(({ method }) => method) } as const;
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
      {
        data: { values: methods },
        mark: { type: "rule", color: GREEN },
        encoding: { x: { ...x, field: "low" }, x2: { field: "high" }, y },
      },
      { data: { values: methods }, mark: { type: "point", filled: true, size: 70, color: GREEN }, encoding: { x, y } },
    ],
  };
}

/** Accuracy after every federated round over what was sent until then, means over the seeds; the name stands at the last round. */
function bytesPlot(results: readonly RunResult[]): TopLevelSpec {
  const values = grouped(results, ({ settings }) => settings.method).flatMap((runs) => {
    const rounds = runs.flatMap(({ perRound }) => perRound.filter(({ served }) => served !== null));
    return [...new Set(rounds.map(({ round }) => round))].map((round, index, all) => {
      const entries = rounds.filter((entry) => entry.round === round);
      return {
        method: runs[0]?.settings.method ?? "",
        round,
        accuracy: mean(entries.map(({ served }) => served ?? 0)),
        mebibytes: mean(entries.map(({ bytes }) => bytes ?? 0)) / 2 ** 20,
        name: index === all.length - 1 ? runs[0]?.settings.method : "",
      };
    });
  });
  const x = { field: "mebibytes", type: "quantitative", title: "MiB sent by all clients until a round's end" } as const;
  const y = {
    field: "accuracy",
    type: "quantitative",
    title: "accuracy of what would be served",
    scale: { zero: false },
  } as const;
  const line = { x, y, detail: { field: "method" }, order: { field: "round" } } as const;
  return {
    width: 640,
    height: 420,
    data: { values },
    layer: [
      { mark: { type: "line", point: { size: 25, color: BLUE }, color: BLUE, opacity: 0.5, strokeWidth: 1.5 }, encoding: line },
      { mark: { type: "text", align: "left", dx: 5 }, encoding: { x, y, text: { field: "name" } } },
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
