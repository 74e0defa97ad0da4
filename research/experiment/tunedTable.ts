/** What tuning chose, as a Markdown table: a method's trials, best first, by mean accuracy over seeds and clients of the tuning pool. */
import { methodId } from "./methodVariants.ts";
import type { RunResult } from "./runs.ts";
import { mean } from "./statistics/interval.ts";
import { grouped } from "./tables.ts";

interface Trial {
  readonly name: string;
  readonly accuracy: number;
}

/** One line a method: its best trial, and the others in the order of their accuracy. */
export function tunedTable(results: readonly RunResult[]): string {
  const lines = grouped(results, ({ settings }) => methodId(settings.method)).map((runs) => {
    const [best, ...others] = trialsOf(runs);
    return [
      best?.name,
      best?.accuracy.toFixed(3),
      others.map(({ name, accuracy }) => `${name} ${accuracy.toFixed(3)}`).join(", "),
    ];
  });
  return [["best trial", "accuracy", "others"], ["---", "---", "---"], ...lines]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

function trialsOf(runs: readonly RunResult[]): readonly Trial[] {
  return grouped(runs, ({ settings }) => settings.method)
    .map((same) => ({ name: same[0]?.settings.method ?? "", accuracy: mean(same.map(({ accuracyMean }) => accuracyMean)) }))
    .toSorted((one, other) => other.accuracy - one.accuracy);
}
