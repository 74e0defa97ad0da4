/** The runs as Markdown tables. Pure. */
import { mean } from "../experiment/statistics/interval.ts";
import { epsilonWords, type LeakResult, leakScenarios, SCENARIO_TITLES, SEEN, type Seen } from "./leakRun.ts";
import { type Attack, bootstrapped, type Membership, membershipOf, type Target } from "./membership.ts";

const METHODS: Readonly<Record<string, string>> = { fedavg: "FedAvg", "fdlora:private": "FDLoRA, private" };

/** One line of the membership table: what an attacker has, of runs with one protection. */
interface View {
  readonly words: string;
  readonly targets: (run: LeakResult) => readonly Target[];
}

const SERVED: View = {
  words: "what a client serves",
  targets: (run) => run.members.map((rows, client) => targetOf(run, run.losses.served[client], rows)),
};
const VIEWS: readonly View[] = [
  {
    words: "one client's update (plain)",
    targets: (run) => run.members.map((rows, client) => targetOf(run, run.losses.updates[client], rows)),
  },
  { words: "the sum of all (secure)", targets: (run) => [targetOf(run, run.losses.sum, run.members.flat())] },
  {
    words: "the noisy sum's direction",
    targets: (run) => [
      { ...targetOf(run, run.losses.direction?.after, run.members.flat()), before: run.losses.direction?.before ?? [] },
    ],
  },
  SERVED,
];

/** Its clients have nothing of their own: what they serve says what the sum does. */
const servesTheSum = ({ losses }: LeakResult) =>
  losses.served.every((served) => served.every((loss, row) => loss === losses.sum[row]));

function targetOf({ settings, members }: LeakResult, losses: readonly number[] = [], rows: readonly number[]): Target {
  const taken = new Set(members.flat());
  return { seed: settings.seed, losses, members: new Set(rows), strangers: [...losses.keys()].filter((row) => !taken.has(row)) };
}

/** The membership table, then that of canaries and words, for every scenario that has runs. */
export function leakTables(results: readonly LeakResult[]): string {
  return leakScenarios
    .map((scenario) => results.filter(({ settings }) => settings.scenario === scenario))
    .filter((runs) => runs.length > 0)
    .map(
      (runs) =>
        `**${SCENARIO_TITLES[runs[0]?.settings.scenario ?? "medical"]}**\n\n${membershipTable(runs)}\n\n${contentTable(runs)}`,
    )
    .join("\n\n");
}

function membershipTable(results: readonly LeakResult[]): string {
  const head = ["method", "epsilon", "accuracy", "what is seen", "AUC, threshold", "found", "AUC, ratio", "found"];
  const lines = groups(results).flatMap((runs) =>
    VIEWS.filter((view) => view !== SERVED || !runs.every(servesTheSum)).flatMap(({ words, targets }) => {
      const all = runs.flatMap(targets);
      // Nobody sees it.
      if (all.every(({ losses }) => losses.length === 0)) return [];
      const cells = (["threshold", "ratio"] satisfies Attack[]).flatMap((attack) => membershipCells(all, attack));
      return [[...names(runs), mean(runs.map(({ accuracy }) => accuracy)).toFixed(3), words, ...cells]];
    }),
  );
  return markdown([head, ...lines]);
}

function membershipCells(targets: readonly Target[], attack: Attack): readonly string[] {
  if (attack === "ratio" && new Set(targets.map(({ seed }) => seed)).size < 3) return ["", ""];
  const membership: Membership = membershipOf(targets, attack);
  const { auc, interval, found, foundInterval } = membership;
  return [withInterval(auc, interval), shareWithInterval(found, foundInterval, 1)];
}

function contentTable(results: readonly LeakResult[]): string {
  const head = [
    "method",
    "epsilon",
    "what is seen",
    "canary once, bits",
    "canary four times, bits",
    "words, AUC",
    "right of the likeliest",
  ];
  const lines = groups(results).flatMap((runs) =>
    SEEN.filter((what) => runs.every(({ canaries }) => canaries.every(({ places }) => places[what] !== undefined))).map(
      (what) => {
        const bits = [1, 4].map((copies) => spread(runs.map((run) => exposure(run, what, copies))));
        const words = what === "direction" ? ["", ""] : wordCells(runs, what);
        return [...names(runs), SEEN_WORDS[what], ...bits, ...words];
      },
    ),
  );
  const chance = spread(results.flatMap(({ words }) => words.chance ?? []));
  return `${markdown([head, ...lines])}\n\nWords by another client's update: AUC ${chance}.`;
}

const SEEN_WORDS: Readonly<Record<Seen, string>> = { update: "one update", sum: "the sum", direction: "its direction" };

const wordCells = (runs: readonly LeakResult[], what: "update" | "sum"): readonly string[] => [
  spread(runs.flatMap(({ words }) => words[what] ?? [])),
  runs.every(({ words }) => words.foundOfTop) ? spreadShare(runs.flatMap(({ words }) => words.foundOfTop?.[what] ?? [])) : "",
];

/** Carlini et al. 2019, arXiv 1802.08232: log2 of the candidates, here the answers, over the place among them. */
function exposure({ canaries }: LeakResult, what: Seen, copies: number): number {
  const bits = canaries
    .filter((canary) => canary.copies === copies)
    .map(({ answers, places }) => Math.log2(answers / (places[what] ?? answers)));
  return mean(bits);
}

const names = ([run]: readonly LeakResult[]): readonly string[] =>
  run ? [METHODS[run.settings.method] ?? run.settings.method, epsilonWords(run.settings)] : [];

/** Runs that differ in their seeds alone. */
function groups(results: readonly LeakResult[]): readonly (readonly LeakResult[])[] {
  const found = new Map<string, LeakResult[]>();
  for (const run of results) {
    const name = JSON.stringify({ ...run.settings, seed: 0 });
    found.set(name, [...(found.get(name) ?? []), run]);
  }
  return [...found.values()];
}

/** Their mean, and the 95 % interval of it over seeds. */
export const spread = (values: readonly number[]): string => withInterval(mean(values), bootstrapped(values, mean));

/** The same of shares, in percent. */
export const spreadShare = (values: readonly number[]): string => shareWithInterval(mean(values), bootstrapped(values, mean), 0);

function shareWithInterval(value: number, interval: readonly [number, number] | null, digits: number): string {
  const percent = (share: number) => (100 * share).toFixed(digits);
  return interval ? `${percent(value)} % (${percent(interval[0])} to ${percent(interval[1])})` : `${percent(value)} %`;
}

function withInterval(value: number, interval: readonly [number, number] | null): string {
  return interval ? `${value.toFixed(2)} (${interval[0].toFixed(2)} to ${interval[1].toFixed(2)})` : value.toFixed(2);
}

/** In columns, as all tables of the documents. */
export function markdown(lines: readonly (readonly string[])[]): string {
  const [head = [], ...rest] = lines;
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const written = (line: readonly string[]) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [written(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...rest.map(written)].join("\n");
}
