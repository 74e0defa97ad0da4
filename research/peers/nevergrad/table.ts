/** Search outcomes as a Markdown table, with differences client by client. */
import { interval, mean } from "../../experiment/statistics/interval.ts";
import type { ClientOutcome } from "./compare.ts";

const RIVAL = "NGOpt";

/** Means over clients and seeds; "against" is the mean difference client by client with its 95 % interval. */
export function comparisonTable(outcomes: readonly ClientOutcome[]): string {
  const budgets = [...new Set(outcomes.map(({ budget }) => budget))];
  const searches = [...new Set(outcomes.map(({ search }) => search))];
  const columns = ["evaluations", "search", "objective", `against ${RIVAL}`, "test loss", "accuracy", `against ${RIVAL}`];
  const lines = budgets.flatMap((budget) =>
    searches.map((search) => {
      // In the same order of clients.
      const own = outcomes.filter((outcome) => outcome.budget === budget && outcome.search === search);
      const rival = outcomes.filter((outcome) => outcome.budget === budget && outcome.search === RIVAL);
      const average = (pick: (outcome: ClientOutcome) => number) => mean(own.map(pick)).toFixed(3);
      const against = (pick: (outcome: ClientOutcome) => number) =>
        search === RIVAL ? "" : difference(own.flatMap((outcome, i) => (rival[i] ? pick(outcome) - pick(rival[i]) : [])));
      const objective = (outcome: ClientOutcome) => outcome.objective;
      const accuracy = (outcome: ClientOutcome) => outcome.accuracy;
      return [
        budget,
        search,
        average(objective),
        against(objective),
        average(({ testLoss }) => testLoss),
        average(accuracy),
        against(accuracy),
      ];
    }),
  );
  return [columns, columns.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function difference(values: readonly number[]): string {
  const { mean: centre, margin } = interval(values);
  return `${centre < 0 ? "" : "+"}${centre.toFixed(3)}${margin === null ? "" : ` ± ${margin.toFixed(3)}`}`;
}
