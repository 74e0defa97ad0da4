/** What came of a federation, to hand on: one sentence, and a page that needs no network. Pure. */

import { type CountedLate, countedLate } from "@duet/lora-core/protocol/countedLate";
import { latestAccuracy } from "@duet/lora-core/protocol/meanAccuracy";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { lateWeight } from "@duet/lora-core/rounds/lateAnswers";
import { ADAPTERS } from "../../lib/adapters.ts";
import type { ChartPicture } from "../../lib/chartPicture.ts";
import { isCrowd } from "../../lib/crowd.ts";
import { trafficText } from "../../lib/figuresWords.ts";
import { formatDay, formatFraction } from "../../lib/format.ts";
import { LANGUAGES, language } from "../../lib/language.ts";
import { methodAndPreset } from "../../lib/methods/methodText.ts";
import { formatNumber } from "../../lib/numbers.ts";
import { roundLabel } from "../../lib/roundWords.ts";
import { slug } from "../../lib/slug.ts";
import { words as common } from "../../lib/words.ts";
import { type CostView, costView, federationCostView } from "../costView.ts";
import type { HeadlineView } from "../headlineView.ts";
import { budgetSummary, budgetView, clientBudget } from "../privacy/budgetView.ts";
import { textView } from "../textView.ts";
import { words as panels } from "../words.ts";
import { clientVerdicts } from "./clientVerdicts.ts";
import type { VerdictView } from "./verdictView.ts";
import { words } from "./words.ts";

/** "Ward notes: 0.36 → 0.85 of your 48 test rows right, before and as served; +0.49 over the untouched base." */
export function resultSentence({ config }: Pick<Snapshot, "config">, { from, to, of, over }: HeadlineView): string {
  const numbers = from === null ? formatFraction(to) : `${formatFraction(from)} → ${formatFraction(to)}`;
  return words.resultReport.sentence(config.name, numbers, [of, over].filter(Boolean).join(common.listing.semicolon));
}

export interface Report {
  readonly fileName: string;
  /** One HTML file, which prints as it stands. */
  readonly html: string;
}

/** Clients are in it as far as they tell everybody. */
export function resultReport(
  snapshot: Snapshot,
  figure: HeadlineView,
  verdict: VerdictView | null,
  charts: readonly ChartPicture[],
): Report {
  const { config, clients, endedAt } = snapshot;
  const facts: readonly (readonly [string, string])[] = [
    [words.resultReport.method, methodAndPreset(config.strategy)],
    [words.resultReport.baseModel, config.model.name],
    [words.resultReport.rounds, String(config.budgets.rounds)],
    [words.resultReport.clients, common.counts.clients(clients.length)],
    [
      words.resultReport.updates,
      config.aggregation === "secure" ? words.resultReport.summedSecurely : words.resultReport.sentAsTheyAre,
    ],
    ...privacyFacts(snapshot),
    [words.resultReport.sentByAll, trafficText(clients, config, ({ bytesUp }) => bytesUp)],
    ...lateFacts(snapshot),
    ...(endedAt === null ? [] : [[words.resultReport.ended, formatDay(endedAt)] as const]),
  ];
  const html = `<!doctype html>
<html lang="${LANGUAGES[language.get()].tag}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(config.name)}</title>
<style>body{max-width:720px;margin:48px auto;padding:0 24px;font:14px/20px system-ui,sans-serif;color:#15171c}
h1{font-size:28px}.big{font-size:56px;line-height:1;margin:24px 0 8px}table{border-collapse:collapse;width:100%;margin:16px 0}
th,td{text-align:left;padding:6px 12px 6px 0;border-bottom:1px solid #e5e4df;font-variant-numeric:tabular-nums}
figure{margin:24px 0}svg{max-width:100%;height:auto}figcaption{color:#5b606b}tr,figure{break-inside:avoid}h2{break-after:avoid}
@media(max-width:480px){body{padding:0 16px}th,td{padding-right:6px;font-size:12px;line-height:16px}}
@media print{body{max-width:none;margin:0;padding:0}}</style>
<main>
<h1>${escapeHtml(config.name)}</h1>
<p class="big">${figure.from === null ? "" : `${formatFraction(figure.from)} → `}${formatFraction(figure.to)}</p>
<p>${escapeHtml([figure.of, figure.over].filter(Boolean).join(common.listing.semicolon) + common.listing.stop)}</p>
<p>${escapeHtml(figure.certainty ?? "")}</p>
${verdict ? `<h2>${escapeHtml(verdict.title)}</h2>\n<p>${escapeHtml(common.listing.sentences(verdict.sentences))}</p>` : ""}
<h2>${words.resultReport.accuracy}</h2>
<table><tr><th>${words.resultReport.client}</th>${ADAPTERS.map(({ label }) => `<th>${label}</th>`).join("")}</tr>
${clients.map((client) => `<tr><td>${escapeHtml(client.name)}</td>${ADAPTERS.map(({ key }) => `<td>${formatFraction(latestAccuracy(client)[key])}</td>`).join("")}</tr>`).join("\n")}
</table>
${textTable(snapshot)}${verdictsSection(snapshot)}${chartsSection(charts)}${costSection(snapshot)}<h2>${words.resultReport.howItWasMade}</h2>
<table>${facts.map(([name, value]) => `<tr><th>${name}</th><td>${escapeHtml(value)}</td></tr>`).join("\n")}</table>
<p>${words.resultReport.notInIt}</p>
</main>
</html>
`;
  return { fileName: `${slug(config.name)}-report.html`, html };
}

/** Epsilons, their deltas, and how much of them is spent; nothing in a federation without. */
function privacyFacts(snapshot: Snapshot): readonly (readonly [string, string])[] {
  const { training } = snapshot.config;
  const rows = budgetView(snapshot);
  const summary = rows && budgetSummary(rows.rows);
  const clients = clientBudget(snapshot);
  return [
    ...(training.privacy
      ? [
          [
            words.resultReport.rowPrivacy,
            common.listing.sentences([
              words.resultReport.epsilon(training.privacy.epsilon) + common.listing.stop,
              ...[summary, rows?.noise].flatMap((said) => said ?? []),
            ]),
          ] as const,
        ]
      : []),
    ...(clients
      ? [
          [
            words.resultReport.clientPrivacy,
            common.listing.sentences([words.resultReport.spent(clients.text) + common.listing.stop, clients.noise]),
          ] as const,
        ]
      : []),
  ];
}

/** Who came late, and what that counted for; how many where there are many clients, and nothing where nobody did. */
function lateFacts(snapshot: Snapshot): readonly (readonly [string, string])[] {
  const answers = countedLate(snapshot.rounds);
  if (answers.length === 0) return [];
  return [[words.resultReport.lateAnswers, isCrowd(snapshot) ? lateOfMany(answers) : lateOfEach(snapshot, answers)]];
}

function lateOfMany(answers: readonly CountedLate[]): string {
  const weights = new Set(answers.map(({ of, round }) => lateWeight(of, round)));
  const [low, high] = [Math.min(...weights), Math.max(...weights)].map((weight) => formatNumber(weight, 2));
  return words.resultReport.lateOfMany(answers.length, low ?? "", high ?? "");
}

function lateOfEach({ clients, config }: Snapshot, answers: readonly CountedLate[]): string {
  const nameOf = (id: string) => clients.find((client) => client.id === id)?.name ?? id;
  const label = (round: number) => roundLabel(round, config.budgets.rounds);
  return answers
    .map(({ clientId, of, round }) =>
      words.resultReport.late(nameOf(clientId), label(of), label(round), formatNumber(lateWeight(of, round), 2)),
    )
    .join(common.listing.semicolon);
}

/** In a text task; nothing in another. */
function textTable(snapshot: Snapshot): string {
  const view = textView(snapshot);
  if (!view) return "";
  return `<h2>${panels.textPanel.whatIsWritten}</h2>
<p>${words.resultReport.meansOver(view.of)}</p>
<table><tr><td></td>${ADAPTERS.map(({ label }) => `<th>${label}</th>`).join("")}</tr>
${view.figures.map(({ name, values }) => `<tr><th>${name}</th>${ADAPTERS.map(({ key }) => `<td>${formatFraction(values[key])}</td>`).join("")}</tr>`).join("\n")}
</table>
`;
}

/** What every client serves and why, and how many went which way; nothing before the end. */
function verdictsSection(snapshot: Snapshot): string {
  const verdicts = clientVerdicts(snapshot);
  if (!verdicts) return "";
  const rows = verdicts.clients.map(({ name, serves, served, isBetter }) => {
    const doubt = served
      ? words.resultReport.interval(formatFraction(served.interval.low), formatFraction(served.interval.high))
      : "";
    return `<tr><td>${escapeHtml(name)}</td><td>${serves}</td><td>${doubt}</td><td>${isBetter ?? ""}</td></tr>`;
  });
  return `<h2>${words.verdictsPanel.aloneSharedOrMixed}</h2>
<p>${escapeHtml(common.listing.sentences([verdicts.ways, verdicts.against, verdicts.why]))}</p>
<table><tr>${[words.resultReport.client, words.verdictsPanel.serves, words.resultReport.interval95, words.verdictsPanel.isBetter].map((head) => `<th>${head}</th>`).join("")}</tr>
${rows.join("\n")}
</table>
`;
}

/** As the page shows them, with what they say; nothing where it shows none. */
const chartsSection = (charts: readonly ChartPicture[]): string =>
  charts
    .map(
      ({ title, summary, svg }) =>
        `<h2>${escapeHtml(title)}</h2>\n<figure>${svg}<figcaption>${escapeHtml(summary)}</figcaption></figure>\n`,
    )
    .join("");

/** Of clients that tell everybody, and of them together; nothing where nobody does. */
function costSection({ clients }: Snapshot): string {
  const all = federationCostView(clients);
  if (!all) return "";
  const { costView: said } = panels;
  const rowOf = (name: string, { tokens, busy, bytes, energy }: CostView) =>
    `<tr>${[name, tokens, busy, bytes, energy].map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")}</tr>`;
  const rows = clients.flatMap((client) => {
    const cost = costView(client);
    return cost ? [rowOf(client.name, cost)] : [];
  });
  return `<h2>${said.title}</h2>
<table><tr>${[words.resultReport.client, said.tokens, said.computing, said.bytes, said.energy].map((head) => `<th>${head}</th>`).join("")}</tr>
${[...rows, rowOf(all.of, all)].join("\n")}
</table>
<p>${escapeHtml(said.assumptions)}</p>
`;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
