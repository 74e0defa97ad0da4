/** What all tables share: runs that differ in their seed only are one line, and settings that all lines agree on are no column. */
import { AS_THEY_ARE, nameOfCoding } from "@duet/lora-core/compression/uploadCoding";
import type { RunResult, RunSettings } from "./runs.ts";
import { type Interval, interval, mean } from "./statistics/interval.ts";

/** One line. */
export interface Summary {
  readonly settings: RunSettings;
  readonly runs: readonly RunResult[];
}

export interface Column {
  readonly name: string;
  /** "" where there is no figure. */
  readonly cell: (summary: Summary) => string | number;
}

const DECAYS = { cosine: "cosine", last: "cosine at the end" } as const;

const SETTINGS: Readonly<Record<string, (settings: RunSettings) => string | number | null>> = {
  labels: ({ prototypes }) => (prototypes ? `prototypes, ${prototypes.travel}, rate ${prototypes.rate}` : "texts"),
  scenario: ({ scenario }) => scenario,
  base: ({ model }) => model,
  clients: ({ clients }) => clients,
  alpha: ({ alpha }) => alpha,
  rounds: ({ rounds }) => rounds,
  weights: ({ precision }) => precision,
  steps: ({ steps }) => steps,
  K: ({ inner }) => inner,
  H: ({ sync }) => sync,
  "wrong answers": ({ labelNoise }) => labelNoise,
  absent: ({ dropClients }) => dropClients,
  uploads: ({ upload }) => nameOfCoding(upload ?? AS_THEY_ARE),
  "secure sums": ({ sumBits }) => (sumBits ? `${sumBits} bits` : "none"),
  speeds: ({ speeds }) => speeds?.join(":") ?? "alike",
  work: ({ work }) => work ?? "equal",
  "learning rate": ({ learningRate, decay }) => [learningRate ?? "the base's", ...(decay ? [DECAYS[decay]] : [])].join(", "),
  ranks: ({ ranks }) => ranksName(ranks),
  split: ({ split }) => split ?? "groups",
  "rows for the fusion": ({ fusionRows }) =>
    fusionRows ? `${100 * fusionRows.share} %${fusionRows.thenTrained ? ", then trained on" : ""}` : "10 %",
  rules: ({ rules }) => rules ?? "before",
  epsilon: ({ privacy }) => privacy?.epsilon ?? "none",
  "epsilon of clients": ({ clientPrivacy }) => clientPrivacy?.epsilon ?? "none",
};

/** One rank, or those of the clients and how they come together. */
function ranksName(ranks: RunSettings["ranks"]): string {
  if (!ranks) return "default";
  return ranks.of.every((rank) => rank === ranks.of[0]) ? `${ranks.of[0]}` : `${ranks.of.join(":")}, ${ranks.how}`;
}

/** Markdown. Columns without a figure in any line are left out. */
export function table(results: readonly RunResult[], columns: readonly Column[]): string {
  const lines = summaries(results);
  const method: Column = { name: "method", cell: ({ settings }) => settings.method };
  const shown = [...settingColumns(results), method, ...columns].filter(({ cell }) => lines.some((line) => cell(line) !== ""));
  const cells = [
    shown.map(({ name }) => name),
    shown.map(() => "---"),
    ...lines.map((line) => shown.map(({ cell }) => cell(line))),
  ];
  return cells.map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** Lines in the order of the first run of each. */
export function summaries(results: readonly RunResult[]): readonly Summary[] {
  const groups = grouped(results, ({ settings }) => JSON.stringify({ ...settings, seed: 0 }));
  return groups.flatMap((runs) => (runs[0] ? [{ settings: runs[0].settings, runs }] : []));
}

/** Those of equal keys together, in the order of the first of each. */
export function grouped(results: readonly RunResult[], key: (run: RunResult) => string): readonly (readonly RunResult[])[] {
  const groups = new Map<string, RunResult[]>();
  for (const result of results) groups.set(key(result), [...(groups.get(key(result)) ?? []), result]);
  return [...groups.values()];
}

function settingColumns(results: readonly RunResult[]): readonly Column[] {
  return Object.entries(SETTINGS).flatMap(([name, value]): Column[] => {
    const values = new Set(results.map(({ settings }) => value(settings)));
    return values.size > 1 ? [{ name, cell: ({ settings }) => value(settings) ?? "" }] : [];
  });
}

/** The mean over the runs, where every run has the figure. */
export function figure(name: string, pick: (run: RunResult) => number | null | undefined, digits = 3): Column {
  return {
    name,
    cell: ({ runs }) => {
      const values = runs.flatMap((run) => pick(run) ?? []);
      return values.length === runs.length ? mean(values).toFixed(digits) : "";
    },
  };
}

/** Mean ± half the 95 % interval. */
export function withMargin(values: readonly number[]): string {
  return inWords(interval(values), false);
}

/** The same of an interval. */
export function inWords({ mean: centre, margin }: Interval, isSigned: boolean): string {
  const sign = isSigned && centre >= 0 ? "+" : "";
  return `${sign}${centre.toFixed(3)}${margin === null ? "" : ` ± ${margin.toFixed(3)}`}`;
}

/** Three digits, with its sign. */
export function signed(value: number): string {
  return `${value >= 0 ? "+" : ""}${value.toFixed(3)}`;
}
