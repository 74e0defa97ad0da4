/** How good methods are at the end, as a Markdown table. */
import { fedAvg } from "@duet/lora-core/strategies/fedAvg";
import { type RunResult, type RunSettings, runKey } from "./runs.ts";
import { figure, type Summary, table, withMargin } from "./tables.ts";

/**
 * Accuracy is a mean ± half its 95 % interval over seeds. "against" is the difference to the same setting of `baseline`, client by
 * client and seed by seed, with the same rows, splits and initial adapters on both sides, and the interval of that difference. Where uploads are
 * coded in several ways it is to the same method with uploads as they are.
 */
export function summaryTable(results: readonly RunResult[], baseline = fedAvg.id): string {
  const bySettings = new Map(results.map((run) => [runKey(run.settings), run]));
  const difference = ({ runs }: Summary, rivalOf: (settings: RunSettings) => RunSettings): string => {
    const differences = runs.flatMap((run) => {
      const rival = bySettings.get(runKey(rivalOf(run.settings)));
      return rival && rival !== run ? run.accuracies.map((accuracy, i) => accuracy - (rival.accuracies[i] ?? 0)) : [];
    });
    return differences.length === 0 ? "" : withMargin(differences, true);
  };
  const againstMethod = (line: Summary) => difference(line, (settings) => ({ ...settings, method: baseline }));
  const againstExact = (line: Summary) => difference(line, ({ upload: _, ...settings }) => settings);
  const uploads = results.some(({ settings }) => settings.upload)
    ? [{ name: "against f32", cell: againstExact }, figure("MiB up", ({ bytesUp }) => bytesUp / 2 ** 20, 2)]
    : [];
  const differ = (key: "model" | "precision") => new Set(results.map(({ settings }) => settings[key])).size > 1;
  // Noise may leave nothing but the base.
  const isNoisy = results.some(({ settings }) => settings.privacy);
  const untouched = differ("model") || isNoisy ? [figure("untouched base", ({ baseMean }) => baseMean)] : [];
  const untrained = differ("precision") ? [figure("untrained loss", ({ baseLoss }) => baseLoss)] : [];
  return table(results, [
    { name: "seeds", cell: ({ runs }) => runs.length },
    ...untouched,
    { name: "accuracy", cell: ({ runs }) => withMargin(runs.map(({ accuracyMean }) => accuracyMean)) },
    ...(uploads.length > 0 ? uploads : [{ name: `against ${baseline}`, cell: againstMethod }]),
    ...untrained,
    figure("after the best round", ({ accuracyAtBest }) => accuracyAtBest),
    figure("worst client", ({ accuracyWorst }) => accuracyWorst),
    figure("macro-F1", ({ macroF1Mean, groupingAccuracy }) => (groupingAccuracy === null ? macroF1Mean : null)),
    figure("grouping", ({ groupingAccuracy }) => groupingAccuracy),
    figure("unseen templates", ({ unseen }) => unseen?.accuracy),
    figure("their grouping", ({ unseen }) => unseen?.groupingAccuracy),
    figure("on others' rows", ({ crossClientAccuracy }) => crossClientAccuracy),
    figure("personal alone", ({ personalMean }) => personalMean),
    figure("shared alone", ({ sharedMean }) => sharedMean),
    figure("MiB sent", ({ bytesUp, bytesDown }) => (bytesUp + bytesDown) / 2 ** 20, 1),
    figure("tokens trained", ({ trainTokens }) => trainTokens, 0),
  ]);
}
