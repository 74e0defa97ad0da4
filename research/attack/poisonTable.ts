/** The runs as a Markdown table: a line for each attack, a column for each defence. Pure. */
import { interval } from "../experiment/statistics/interval.ts";
import { type AttackName, attackNames, attacks } from "./attacks.ts";
import { type DefenceName, defenceNames } from "./defences.ts";
import type { PoisonResult } from "./poisonRun.ts";

/**
 * First the accuracy of the clean run: the honest clients among themselves, the attackers staying away, plain mean. Then, in points, each
 * run's difference to that run of the same seed: mean ± half its 95 % interval over seeds, and how many there are if not all.
 */
export function poisonTable(results: readonly PoisonResult[]): string {
  const defences = defenceNames.filter((name) => results.some(({ settings }) => settings.defence === name));
  const rows = attackNames.filter((name) => results.some(({ settings }) => settings.attack === name));
  const cells = rows.map((attack) => [attacks[attack].label, ...defences.map((defence) => cell(results, attack, defence))]);
  const clean = interval(cleanRuns(results).map(({ accuracy }) => 100 * accuracy));
  const lines = [["attack", ...defences], ["attack", ...defences].map(() => "---"), ...cells];
  return [
    `Clean run (the honest clients alone, plain mean): ${withMargin(clean, false)} % over ${cleanRuns(results).length} seeds.`,
    "",
    ...lines.map((line) => `| ${line.join(" | ")} |`),
  ].join("\n");
}

function cell(results: readonly PoisonResult[], attack: AttackName, defence: DefenceName): string {
  const runs = results.filter(({ settings }) => settings.attack === attack && settings.defence === defence);
  const clean = new Map(cleanRuns(results).map(({ settings, accuracy }) => [settings.seed, accuracy]));
  const differences = runs.flatMap(({ settings, accuracy }) => {
    const without = clean.get(settings.seed);
    return without === undefined ? [] : [100 * (accuracy - without)];
  });
  if (differences.length === 0) return "";
  const some = differences.length < clean.size ? ` (${differences.length} of ${clean.size})` : "";
  return `${withMargin(interval(differences), true)}${some}`;
}

const cleanRuns = (results: readonly PoisonResult[]) =>
  results.filter(({ settings }) => settings.attack === "absent" && settings.defence === "none");

function withMargin({ mean, margin }: ReturnType<typeof interval>, isSigned: boolean): string {
  const sign = isSigned && mean >= 0 ? "+" : "";
  return `${sign}${mean.toFixed(1)}${margin === null ? "" : ` ± ${margin.toFixed(1)}`}`;
}
