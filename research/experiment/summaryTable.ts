/** How good methods are at the end, as a Markdown table. */
import { AS_THEY_ARE, nameOfCoding } from "@duet/lora-core/compression/uploadCoding";
import { fedAvg } from "@duet/lora-core/strategies/fedAvg";
import { local } from "@duet/lora-core/strategies/local";
import { bootstrapOf, clientsToldWorse, clientsWorse } from "./comparison.ts";
import { familyOf, lineKey, pairing, type RivalOf, withMethod } from "./family.ts";
import { methodId } from "./methodVariants.ts";
import type { RunResult, RunSettings } from "./runs.ts";
import { interval, mean } from "./statistics/interval.ts";
import { type Column, figure, grouped, inWords, signed, table, withMargin } from "./tables.ts";
import { balancedAccuracy, groupAccuracy, testGroups } from "./testFigures.ts";

/** Scenarios whose classes are of very unlike sizes. */
const UNBALANCED: readonly RunSettings["scenario"][] = ["severity", "routing", "alerts"];

/**
 * Accuracy is a mean ± half its 95 % interval over seeds. "against" is the difference to the same setting of `baseline`, seed by seed, and
 * the interval of that difference; p is that of Student's paired test, adjusted over the lines of the table. Where uploads are coded in
 * several ways, or secure sums are rounded, it is to the same method with uploads as they are; below, over all methods together.
 */
export function summaryTable(results: readonly RunResult[], baseline = fedAvg.id): string {
  const asTheyAre = ({ upload: _, sumBits: __, ...settings }: RunSettings): RunSettings => settings;
  const isCoded = results.some(({ settings }) => settings.upload ?? settings.sumBits);
  const compared = isCoded
    ? [
        ...against(results, "f32", asTheyAre),
        figure("gauge", ({ perRound }) => meanOf(perRound, "aggregationError")),
        figure("lost in rounding", ({ perRound }) => meanOf(perRound, "roundingError")),
        figure("MiB up", ({ bytesUp }) => bytesUp / 2 ** 20, 2),
      ]
    : against(results, baseline, withMethod(baseline));
  const differ = (key: "model" | "precision") => new Set(results.map(({ settings }) => settings[key])).size > 1;
  // Noise may leave nothing but the base.
  const isNoisy = results.some(({ settings }) => settings.privacy ?? settings.clientPrivacy);
  const untouched = differ("model") || isNoisy ? [figure("untouched base", ({ baseMean }) => baseMean)] : [];
  const untrained = differ("precision") ? [figure("untrained loss", ({ baseLoss }) => baseLoss)] : [];
  const overMethods = isCoded ? codingsOverMethods(results, asTheyAre) : "";
  const found = table(results, [
    { name: "seeds", cell: ({ runs }) => runs.length },
    figure("test groups", testGroups, 0),
    ...untouched,
    { name: "accuracy", cell: ({ runs }) => withMargin(runs.map(({ accuracyMean }) => accuracyMean)) },
    figure("balanced", (run) => (UNBALANCED.includes(run.settings.scenario) ? balancedAccuracy(run) : null)),
    figure("by group", (run) => (UNBALANCED.includes(run.settings.scenario) ? groupAccuracy(run) : null)),
    ...compared,
    ...worseThan(results, local.id, withMethod(aloneIn(results))),
    { name: "went which way", cell: ({ runs }) => waysServed(runs) },
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
  return overMethods === "" ? found : `${found}\n\n${overMethods}`;
}

/** What each coding changes over the methods together, in points: means per seed, since the runs of one seed are not independent. */
function codingsOverMethods(results: readonly RunResult[], rivalOf: RivalOf): string {
  const pairsOf = pairing(results, rivalOf);
  const nameOf = ({ upload, sumBits }: RunSettings) =>
    sumBits ? `sums in ${sumBits} bits` : nameOfCoding(upload ?? AS_THEY_ARE);
  const coded = grouped(results, ({ settings }) => nameOf(settings)).flatMap((runs) => {
    const settings = runs[0]?.settings;
    const pairs = settings ? pairsOf({ settings, runs }) : [];
    const methods = new Set(pairs.map(({ run }) => run.settings.method));
    if (!settings || methods.size < 2) return [];
    const seeds = [...new Set(pairs.map(({ run }) => run.settings.seed))];
    const changes = seeds.map((seed) => {
      const ofSeed = pairs.filter(({ run }) => run.settings.seed === seed);
      return mean(ofSeed.map(({ run, rival }) => 100 * (run.accuracyMean - rival.accuracyMean)));
    });
    const { mean: centre, margin } = interval(changes);
    return [`${nameOf(settings)} ${points(centre)}${margin === null ? "" : ` ± ${margin.toFixed(2)}`}`];
  });
  return coded.length > 0 ? `Over the methods together, a seed being one value, points against f32: ${coded.join("; ")}.` : "";
}

const points = (value: number): string => `${value >= 0 ? "+" : ""}${value.toFixed(2)}`;

/** How many clients, over all seeds, serve a mix, the personal adapter alone, the shared one alone or the base; of methods with both adapters. */
function waysServed(runs: readonly RunResult[]): string {
  const weights = runs.flatMap(({ fusion, personalMean, sharedMean }) =>
    personalMean === null || sharedMean === null ? [] : fusion.flatMap((pair) => pair ?? []),
  );
  const ways = {
    mixed: ({ personal, shared }: (typeof weights)[number]) => personal !== 0 && shared !== 0,
    personal: ({ personal, shared }: (typeof weights)[number]) => personal !== 0 && shared === 0,
    shared: ({ personal, shared }: (typeof weights)[number]) => personal === 0 && shared !== 0,
    base: ({ personal, shared }: (typeof weights)[number]) => personal === 0 && shared === 0,
  };
  return Object.entries(ways)
    .flatMap(([name, isOne]) => {
      const count = weights.filter(isOne).length;
      return count === 0 ? [] : [`${count} ${name}`];
    })
    .join(", ");
}

/** Differences to a rival, with Holm's p. */
function against(results: readonly RunResult[], name: string, rivalOf: RivalOf): readonly Column[] {
  const pairsOf = pairing(results, rivalOf);
  const family = familyOf(results, rivalOf);
  return [
    {
      name: `against ${name}`,
      cell: (line) => {
        const compared = family.get(lineKey(line));
        return compared ? inWords(compared.difference, true) : "";
      },
    },
    {
      name: "bootstrap",
      cell: (line) => {
        const pairs = pairsOf(line);
        const found = pairs.length > 1 ? bootstrapOf(pairs) : null;
        return found ? `${signed(found.low)} to ${signed(found.high)}` : "";
      },
    },
    { name: "p, Holm", cell: (line) => family.get(lineKey(line))?.p?.toFixed(3) ?? "" },
  ];
}

/** What learning alone is called there: with a rate of its own, where methods have one. */
function aloneIn(results: readonly RunResult[]): string {
  return results.map(({ settings }) => settings.method).find((method) => methodId(method) === local.id) ?? local.id;
}

function worseThan(results: readonly RunResult[], name: string, rivalOf: RivalOf): readonly Column[] {
  const pairsOf = pairing(results, rivalOf);
  return [
    {
      name: `clients worse than ${name}`,
      cell: (line) => {
        const { worse, clients } = clientsWorse(pairsOf(line));
        return clients > 0 ? `${worse} of ${clients}` : "";
      },
    },
    {
      name: "told worse",
      cell: (line) => {
        const pairs = pairsOf(line);
        return (pairs.length > 0 ? clientsToldWorse(pairs) : null) ?? "";
      },
    },
  ];
}

type RoundFigure = "aggregationError" | "roundingError";

/** The mean over the rounds that have it. */
function meanOf(rounds: RunResult["perRound"], figure: RoundFigure): number | null {
  const values = rounds.flatMap((round) => round[figure] ?? []);
  return values.length > 0 ? mean(values) : null;
}
