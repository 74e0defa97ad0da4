/** A federation that this browser took part in, as a card and as a column of a comparison. Pure. */

import { newestIn } from "../lib/adapters.ts";
import { formatBytes, formatDuration, formatFraction, formatMoment } from "../lib/format.ts";
import { methodAndPreset } from "../lib/methods/methodText.ts";
import { words as common } from "../lib/words.ts";
import type { PastFederation } from "../services/pastFederation.ts";
import { words } from "./past/words.ts";

export interface PastView {
  readonly federationId: string;
  readonly name: string;
  /** Of one's own test rows right: without the others, or untouched where that is not known, and with them. */
  readonly from: number | null;
  readonly to: number | null;
  /** "of your 48 test rows right: alone, with the federation". */
  readonly of: string;
  /** Method, clients, rounds, privacy, day. */
  readonly facts: string;
}

export function pastView(past: PastFederation): PastView {
  const { federationId, config, accuracy, alone, clients, endedAt, out } = past;
  const from = alone ?? accuracy.base;
  const served = newestIn(accuracy);
  const to = served && accuracy[served];
  const before = alone === null ? words.pastView.untouchedBase : words.pastView.alone;
  return {
    federationId,
    name: config.name,
    from: to === null ? null : from,
    to,
    of: measuredWords(past, to, before),
    facts: [
      methodWords(past),
      common.counts.clients(clients),
      common.counts.rounds(config.budgets.rounds),
      privacyWords(past),
      formatMoment(endedAt),
      ...(out === null ? [] : [words.pastView.out[out]]),
    ].join(" · "),
  };
}

function measuredWords({ samples, out }: PastFederation, served: number | null, before: string): string {
  if (served !== null && samples !== null) return words.pastView.ofYourTestRows(samples.test, before);
  return out === null ? words.pastView.noAccuracies : words.pastView.notMeasured;
}

const methodWords = ({ config: { strategy } }: PastFederation): string => methodAndPreset(strategy);

function privacyWords({ config: { aggregation, training, clientPrivacy } }: PastFederation): string {
  const noise = training.privacy ?? clientPrivacy ?? null;
  return [
    aggregation === "secure" ? words.pastView.summedSecurely : words.pastView.asTheyAre,
    ...(noise ? [words.pastView.epsilon(noise.epsilon)] : []),
  ].join(common.listing.comma);
}

/** A line of the table: what it is, and of each run its words. */
export interface ComparedFact {
  readonly label: string;
  readonly values: readonly string[];
}

const bytesText = (bytes: number | null): string => (bytes === null ? "–" : formatBytes(bytes));

const rowsText = (samples: PastFederation["samples"]): string =>
  samples === null ? "–" : [samples.train, samples.fusion, samples.test].join(common.listing.comma);

/** One column for each run, in their order; learning alone where some method has it. */
export function comparedFacts(runs: readonly PastFederation[]): readonly ComparedFact[] {
  const fact = (label: string, of: (run: PastFederation) => string): ComparedFact => ({ label, values: runs.map(of) });
  return [
    fact(words.pastView.method, methodWords),
    fact(words.pastView.baseModel, ({ config }) => config.model.name),
    fact(words.pastView.privacy, privacyWords),
    fact(words.pastView.clients, ({ clients }) => String(clients)),
    fact(words.pastView.rounds, ({ config }) => String(config.budgets.rounds)),
    fact(words.pastView.yourRows, ({ samples }) => rowsText(samples)),
    fact(words.pastView.accuracyOfBase, ({ accuracy }) => formatFraction(accuracy.base)),
    ...(runs.some(({ alone }) => alone !== null)
      ? [fact(words.pastView.learningAlone, ({ alone }) => formatFraction(alone))]
      : []),
    fact(words.pastView.personalAdapter, ({ accuracy }) => formatFraction(accuracy.personal)),
    fact(words.pastView.sharedAdapter, ({ accuracy }) => formatFraction(accuracy.shared)),
    fact(words.pastView.fusedAdapter, ({ accuracy }) => formatFraction(accuracy.fused)),
    fact(words.pastView.sent, ({ bytesUp }) => bytesText(bytesUp)),
    fact(words.pastView.received, ({ bytesDown }) => bytesText(bytesDown)),
    fact(words.pastView.duration, ({ createdAt, endedAt }) => formatDuration((endedAt - createdAt) / 1000)),
    fact(words.pastView.ended, ({ endedAt }) => formatMoment(endedAt)),
  ];
}

/** Why their figures may not be held against each other; null where nothing speaks against it. */
export function comparisonWarning(runs: readonly PastFederation[]): string | null {
  const tests = new Set(runs.map(({ samples, config }) => `${samples?.test} ${config.seed}`));
  if (tests.size <= 1) return null;
  return words.pastView.otherRows;
}

/** Which runs an address names, in its order. */
export const comparePath = (federationIds: readonly string[]): string => `/compare?with=${federationIds.join(",")}`;

export function comparedIn(search: string, past: readonly PastFederation[]): readonly PastFederation[] {
  const named = new URLSearchParams(search).get("with")?.split(",") ?? past.map(({ federationId }) => federationId);
  return named.flatMap((id) => past.find(({ federationId }) => federationId === id) ?? []);
}
