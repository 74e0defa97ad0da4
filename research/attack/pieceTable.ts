/** The runs of the attack on one step as a Markdown table. Pure. */
import { mean } from "../experiment/statistics/interval.ts";
import { leakScenarios, SCENARIO_TITLES } from "./leakRun.ts";
import { markdown, spread, spreadShare } from "./leakTable.ts";
import { PIECE_VIEWS, type PieceResult, pieceViews } from "./pieceRun.ts";

type Found = PieceResult["chance"];

/** One line for each view of each size of step, for every scenario that has runs. */
export function pieceTables(results: readonly PieceResult[]): string {
  return leakScenarios
    .map((scenario) => results.filter(({ settings }) => settings.scenario === scenario))
    .filter((runs) => runs.length > 0)
    .map((runs) => `**${SCENARIO_TITLES[runs[0]?.settings.scenario ?? "medical"]}**\n\n${table(runs)}`)
    .join("\n\n");
}

function table(runs: readonly PieceResult[]): string {
  const head = ["rows", "steps", "tokens", "what is read", "pieces of words, AUC", "right of the likeliest"];
  const sizes = [...new Set(runs.map(sizeOf))];
  const lines = sizes.flatMap((size) => {
    const alike = runs.filter((run) => sizeOf(run) === size);
    const [{ settings } = { settings: { rows: 0, steps: 0 } }] = alike;
    const tokens = mean(alike.map((run) => run.tokens)).toFixed(0);
    const line = (words: string, found: readonly Found[]) => {
      const rights = found.flatMap(({ right }) => right ?? []);
      const right = rights.length > 0 ? spreadShare(rights) : "";
      return [String(settings.rows), String(settings.steps), tokens, words, spread(found.map(({ auc }) => auc)), right];
    };
    const seen = pieceViews.flatMap((view) => {
      const found = alike.flatMap(({ views }) => views[view] ?? []);
      return found.length > 0 ? [line(PIECE_VIEWS[view], found)] : [];
    });
    return [
      ...seen,
      line(
        "another client's update",
        alike.map(({ chance }) => chance),
      ),
    ];
  });
  return markdown([head, ...lines]);
}

const sizeOf = ({ settings: { rows, steps } }: PieceResult): string => `${rows} ${steps}`;
