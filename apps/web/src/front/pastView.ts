/** A federation that this browser took part in, as a card and as a column of a comparison. Pure. */
import { methodOf } from "@duet/lora-core/strategies/registry";
import { formatBytes, formatDay, formatDuration, formatFraction, plural } from "../lib/format.ts";
import type { PastFederation } from "../services/pastFederation.ts";

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
  const { federationId, config, accuracy, alone, samples, clients, endedAt } = past;
  const from = alone ?? accuracy.base;
  const to = bestOf(accuracy);
  const before = alone === null ? "the untouched base" : "alone";
  return {
    federationId,
    name: config.name,
    from: to === null ? null : from,
    to,
    of:
      to === null
        ? "a task without accuracies"
        : `of your ${plural(samples.test, "test row")} right: ${before}, with the federation`,
    facts: [
      methodWords(past),
      plural(clients, "client"),
      plural(config.budgets.rounds, "round"),
      privacyWords(past),
      formatDay(endedAt),
    ].join(" · "),
  };
}

/** Of whichever adapter serves best. */
function bestOf(accuracy: PastFederation["accuracy"]): number | null {
  const measured = Object.values(accuracy).filter((value) => value !== null);
  return measured.length === 0 ? null : Math.max(...measured);
}

const methodWords = ({ config: { strategy } }: PastFederation): string => `${methodOf(strategy).label}, ${strategy.preset}`;

function privacyWords({ config: { aggregation, training, clientPrivacy } }: PastFederation): string {
  const noise = training.privacy ?? clientPrivacy ?? null;
  return [
    aggregation === "secure" ? "summed securely" : "updates as they are",
    ...(noise ? [`epsilon ${noise.epsilon}`] : []),
  ].join(", ");
}

/** A line of the table: what it is, and of each run its words. */
export interface ComparedFact {
  readonly label: string;
  readonly values: readonly string[];
}

/** One column for each run, in their order. */
export function comparedFacts(runs: readonly PastFederation[]): readonly ComparedFact[] {
  const fact = (label: string, of: (run: PastFederation) => string): ComparedFact => ({ label, values: runs.map(of) });
  return [
    fact("Method", methodWords),
    fact("Base model", ({ config }) => config.model.name),
    fact("Privacy", privacyWords),
    fact("Clients", ({ clients }) => String(clients)),
    fact("Rounds", ({ config }) => String(config.budgets.rounds)),
    fact("Your rows: train, fusion, test", ({ samples: { train, fusion, test } }) => `${train}, ${fusion}, ${test}`),
    fact("Accuracy of the untouched base", ({ accuracy }) => formatFraction(accuracy.base)),
    fact("Learning alone", ({ alone }) => formatFraction(alone)),
    fact("Personal adapter", ({ accuracy }) => formatFraction(accuracy.personal)),
    fact("Shared adapter", ({ accuracy }) => formatFraction(accuracy.shared)),
    fact("Fused adapter", ({ accuracy }) => formatFraction(accuracy.fused)),
    fact("Sent by you", ({ bytesUp }) => formatBytes(bytesUp)),
    fact("Received by you", ({ bytesDown }) => formatBytes(bytesDown)),
    fact("From its creation to its end", ({ createdAt, endedAt }) => formatDuration((endedAt - createdAt) / 1000)),
    fact("Ended", ({ endedAt }) => formatDay(endedAt)),
  ];
}

/** Why their figures may not be held against each other; null where nothing speaks against it. */
export function comparisonWarning(runs: readonly PastFederation[]): string | null {
  const tests = new Set(runs.map(({ samples, config }) => `${samples.test} ${config.seed}`));
  if (tests.size <= 1) return null;
  return "These runs were tested on other rows: a seed of their own splits each, or other rows were connected. Differences of a few rows may be that.";
}

/** Which runs an address names, in its order. */
export const comparePath = (federationIds: readonly string[]): string => `/compare?with=${federationIds.join(",")}`;

export function comparedIn(search: string, past: readonly PastFederation[]): readonly PastFederation[] {
  const named = new URLSearchParams(search).get("with")?.split(",") ?? past.map(({ federationId }) => federationId);
  return named.flatMap((id) => past.find(({ federationId }) => federationId === id) ?? []);
}
