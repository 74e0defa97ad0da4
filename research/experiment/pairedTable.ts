/**
 * Values of one setting against each other, as a Markdown table: the same method, seed and rows. A family of Holm is what the protocol
 * says: of a learning rate that falls the table, of all else each method.
 * What is compared is written `work=bySpeed/equal,skipped`: each of the first against each of the others.
 */
import { bootstrapOf, type Pair, seedDifferences } from "./comparison.ts";
import type { RunResult, RunSettings } from "./runs.ts";
import { holm } from "./statistics/holm.ts";
import { grouped, inWords, signed } from "./tables.ts";

const VALUE: Readonly<Record<string, (settings: RunSettings) => string>> = {
  decay: ({ decay }) => decay ?? "none",
  work: ({ work }) => work ?? "equal",
  ranks: ({ ranks }) => (ranks && new Set(ranks.of).size === 1 ? `${ranks.of[0]}` : (ranks?.how ?? "default")),
};

/** @throws {RangeError} when what is compared cannot be read. */
export function pairedTable(results: readonly RunResult[], compared: string): string {
  const [setting = "", values = ""] = compared.split("=");
  const [some = [], others = []] = values.split("/").map((names) => names.split(","));
  const named = VALUE[setting];
  if (!named || others.length === 0) throw new RangeError(`"${compared}" says nothing to compare`);
  const families = grouped(results, ({ settings }) => settings.method).map((runs) =>
    some.flatMap((value) =>
      others.map((rival) => ({
        method: runs[0]?.settings.method ?? "",
        value,
        rival,
        pairs: pairsOf(runs, (run) => named(run.settings), value, rival),
      })),
    ),
  );
  const lines = setting === "decay" ? linesOf(families.flat()) : families.flatMap(linesOf);
  const cells = [["method", setting, "against", "seeds", "difference", "bootstrap", "p, Holm"], Array(7).fill("---"), ...lines];
  return cells.map((row) => `| ${row.join(" | ")} |`).join("\n");
}

interface Comparison {
  readonly method: string;
  readonly value: string;
  readonly rival: string;
  readonly pairs: readonly Pair[];
}

/** Of a family. */
function linesOf(comparisons: readonly Comparison[]): readonly (readonly string[])[] {
  const made = comparisons.filter(({ pairs }) => pairs.length > 0);
  const differences = made.map(({ pairs }) => seedDifferences(pairs));
  const tested = differences.flatMap(({ p }) => p ?? []);
  const adjusted = tested.length === made.length ? holm(tested) : [];
  return made.map(({ method, value, rival, pairs }, i) => {
    const spread = pairs.length > 1 ? bootstrapOf(pairs) : null;
    const difference = differences[i];
    return [
      ...[method, value, rival, `${pairs.length}`, difference ? inWords(difference, true) : ""],
      spread ? `${signed(spread.low)} to ${signed(spread.high)}` : "",
      adjusted[i]?.toFixed(3) ?? "",
    ];
  });
}

function pairsOf(runs: readonly RunResult[], named: (run: RunResult) => string, value: string, rival: string): readonly Pair[] {
  const bySeed = new Map(runs.filter((run) => named(run) === rival).map((run) => [run.settings.seed, run]));
  return runs.flatMap((run) => {
    const other = named(run) === value ? bySeed.get(run.settings.seed) : undefined;
    return other ? [{ run, rival: other }] : [];
  });
}
