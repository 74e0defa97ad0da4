/** Runs as a Markdown table: one line per method and setting, over the seeds. */
import type { RunResult, RunSettings } from "./runs.ts";
import { interval, mean } from "./statistics.ts";

interface MethodSummary {
  readonly settings: Omit<RunSettings, "seed">;
  readonly runs: readonly RunResult[];
}

const COLUMNS = [
  "scenario",
  "clients",
  "alpha",
  "method",
  "seeds",
  "accuracy",
  "against FedAvg",
  "worst client",
  "macro-F1",
  "on others' rows",
  "MiB sent",
  "tokens trained",
];

/** Runs that differ in their seed only, together. */
function bySetting(results: readonly RunResult[]): readonly MethodSummary[] {
  const groups = new Map<string, RunResult[]>();
  for (const result of results) {
    const key = JSON.stringify({ ...result.settings, seed: 0 });
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return [...groups.values()].flatMap((runs) => (runs[0] ? [{ settings: runs[0].settings, runs }] : []));
}

/**
 * Accuracy as mean ± half the 95 % interval over seeds. "against FedAvg" is that of the difference, seed by seed, with the same
 * rows, splits and initial adapters on both sides.
 */
export function summaryTable(results: readonly RunResult[]): string {
  const lines = bySetting(results).map((summary) => {
    const { settings, runs } = summary;
    const average = (pick: (run: RunResult) => number) => mean(runs.map(pick));
    return [
      settings.scenario,
      settings.clients,
      settings.alpha,
      settings.method,
      runs.length,
      withMargin(runs.map(({ accuracyMean }) => accuracyMean)),
      againstFedAvg(summary, results),
      average(({ accuracyWorst }) => accuracyWorst).toFixed(3),
      average(({ macroF1Mean }) => macroF1Mean).toFixed(3),
      average(({ crossClientAccuracy }) => crossClientAccuracy).toFixed(3),
      (average(({ bytesUp, bytesDown }) => bytesUp + bytesDown) / 2 ** 20).toFixed(1),
      Math.round(average(({ trainTokens }) => trainTokens)),
    ];
  });
  return [COLUMNS, COLUMNS.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function againstFedAvg({ settings, runs }: MethodSummary, results: readonly RunResult[]): string {
  const differences = runs.flatMap((run) => {
    const key = JSON.stringify({ ...run.settings, method: "fedavg" });
    const rival = results.find((other) => JSON.stringify(other.settings) === key);
    return rival && settings.method !== "fedavg" ? [run.accuracyMean - rival.accuracyMean] : [];
  });
  return differences.length === 0 ? "" : withMargin(differences, true);
}

function withMargin(values: readonly number[], signed = false): string {
  const { mean: centre, margin } = interval(values);
  const sign = signed && centre >= 0 ? "+" : "";
  return `${sign}${centre.toFixed(3)}${margin === null ? "" : ` ± ${margin.toFixed(3)}`}`;
}
