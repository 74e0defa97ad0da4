/** Runs as a Markdown table: one line per method and setting, over the seeds. */
import type { RunResult, RunSettings } from "./runs.ts";
import { interval, mean } from "./statistics.ts";

interface MethodSummary {
  readonly settings: Omit<RunSettings, "seed">;
  readonly runs: readonly RunResult[];
}

/** Runs that differ in their seed only, together. */
function bySetting(results: readonly RunResult[]): readonly MethodSummary[] {
  const groups = new Map<string, RunResult[]>();
  for (const result of results) {
    const key = JSON.stringify({ ...result.settings, seed: 0 });
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return [...groups.values()].flatMap((runs) => (runs[0] ? [{ settings: runs[0].settings, runs }] : []));
}

interface Column {
  readonly name: string;
  readonly cell: (summary: MethodSummary) => string | number;
}

/**
 * Accuracy as mean ± half the 95 % interval over seeds. "against FedAvg" is that of the difference, seed by seed, with the same
 * rows, splits and initial adapters on both sides. Columns that no run has a figure for are left out.
 */
export function summaryTable(results: readonly RunResult[]): string {
  const summaries = bySetting(results);
  const columns = columnsOf(results).filter(({ cell }) => summaries.some((summary) => cell(summary) !== ""));
  const lines = summaries.map((summary) => columns.map(({ cell }) => cell(summary)));
  return [columns.map(({ name }) => name), columns.map(() => "---"), ...lines]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

function columnsOf(results: readonly RunResult[]): readonly Column[] {
  const figure = (name: string, pick: (run: RunResult) => number | null | undefined, digits = 3): Column => ({
    name,
    cell: ({ runs }) => average(runs, pick)?.toFixed(digits) ?? "",
  });
  return [
    { name: "scenario", cell: ({ settings }) => settings.scenario },
    { name: "clients", cell: ({ settings }) => settings.clients },
    { name: "alpha", cell: ({ settings }) => settings.alpha },
    { name: "method", cell: ({ settings }) => settings.method },
    { name: "seeds", cell: ({ runs }) => runs.length },
    { name: "accuracy", cell: ({ runs }) => withMargin(runs.map(({ accuracyMean }) => accuracyMean)) },
    { name: "against FedAvg", cell: (summary) => againstFedAvg(summary, results) },
    figure("worst client", ({ accuracyWorst }) => accuracyWorst),
    figure("after the best round", ({ accuracyAtBest }) => accuracyAtBest),
    figure("best round", ({ bestRound }) => bestRound, 1),
    figure("macro-F1", ({ macroF1Mean, groupingAccuracy }) => (groupingAccuracy === null ? macroF1Mean : null)),
    figure("grouping", ({ groupingAccuracy }) => groupingAccuracy),
    figure("unseen templates", ({ unseen }) => unseen?.accuracy),
    figure("their grouping", ({ unseen }) => unseen?.groupingAccuracy),
    figure("on others' rows", ({ crossClientAccuracy }) => crossClientAccuracy),
    figure("MiB sent", ({ bytesUp, bytesDown }) => (bytesUp + bytesDown) / 2 ** 20, 1),
    figure("tokens trained", ({ trainTokens }) => trainTokens, 0),
  ];
}

/** Null where not every run has the figure. */
function average(runs: readonly RunResult[], pick: (run: RunResult) => number | null | undefined): number | null {
  const values = runs.flatMap((run) => pick(run) ?? []);
  return values.length === runs.length ? mean(values) : null;
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
