/** What comes of a run, from what its clients reported. Pure. */
import type { RoundMetrics } from "@duet/lora-core/protocol/metrics";
import type { ClientStanding } from "@duet/lora-core/strategies/updateStanding";
import { fusionLossOf } from "./bestRound.ts";
import type { RoundEnd } from "./rehearsal.ts";
import type { RoundRow, RunResult, RunSettings } from "./runs.ts";
import type { Scores } from "./scores.ts";
import type { SimulatedClient } from "./simulatedClient.ts";
import { deviation, mean } from "./statistics/interval.ts";
import { testRowsOf } from "./testRows.ts";

export interface SimulatedRound {
  readonly round: number;
  readonly aggregationError: number | null;
  readonly roundingError: number | null;
  readonly standings: readonly ClientStanding[];
}

interface Finished {
  readonly settings: RunSettings;
  readonly clients: readonly SimulatedClient[];
  readonly history: readonly SimulatedRound[];
  /** After every federated round, what was to be served; after the last what is. */
  readonly ends: readonly RoundEnd[];
  /** Of these the one to stop after; undefined where nothing tells. */
  readonly bestRound: RoundEnd | undefined;
  readonly scores: Scores;
  readonly seconds: number;
  readonly innerSteps: number;
}

export function resultOf(finished: Finished): RunResult {
  const { settings, clients, ends, bestRound: best, scores, seconds, innerSteps } = finished;
  const last = clients.map(({ metrics }) => metrics.at(-1)?.metrics);
  const served = ends.at(-1)?.clients ?? [];
  const accuracies = served.map(({ accuracy }) => accuracy);
  const meanOf = (pick: (metrics: RoundMetrics) => number | null) => meanOrNull(last.map((m) => (m ? pick(m) : null)));
  return {
    settings,
    accuracies,
    accuracyMean: mean(accuracies),
    accuracyStd: deviation(accuracies),
    accuracyWorst: Math.min(...accuracies),
    bestRound: best?.round ?? null,
    accuracyAtBest: best ? mean(best.clients.map(({ accuracy }) => accuracy)) : null,
    groupingAccuracy: meanOrNull(served.map(({ grouping }) => grouping)),
    unseen: unseenOf(scores),
    macroF1Mean: meanOf(({ macroF1 }) => macroF1.fused) ?? 0,
    baseMean: meanOf(({ accuracy }) => accuracy.base),
    baseLoss: meanOf(({ testLoss }) => testLoss.base),
    personalMean: meanOf(({ accuracy }) => accuracy.personal),
    sharedMean: meanOf(({ accuracy }) => accuracy.shared),
    crossClientAccuracy: mean(scores.others.map(({ accuracy }) => accuracy)),
    bytesUp: total(clients, ({ bytesUp }) => bytesUp),
    bytesDown: total(clients, ({ bytesDown }) => bytesDown),
    trainTokens: total(clients, ({ metrics }) => total(metrics, (entry) => entry.metrics.trainTokens)),
    forwardTokens: total(last, (metrics) => metrics?.fusion?.forwardTokens ?? 0),
    seconds,
    innerSteps,
    fusion: last.map((metrics) =>
      metrics?.fusion ? { personal: metrics.fusion.personal, shared: metrics.fusion.shared } : null,
    ),
    perRound: roundRows(finished),
    tests: testRowsOf(clients, served),
  };
}

function unseenOf({ unseen }: Scores): RunResult["unseen"] {
  const accuracy = meanOrNull(unseen.map((score) => score.accuracy));
  return accuracy === null ? null : { accuracy, groupingAccuracy: meanOrNull(unseen.map(({ grouping }) => grouping)) };
}

function roundRows({ settings, clients, history, ends }: Finished): RoundRow[] {
  const rounds = [...new Set(clients.flatMap(({ metrics }) => metrics.map(({ round }) => round)))].sort((a, b) => a - b);
  return rounds.map((round) => {
    const entries = clients.flatMap(({ metrics }) => metrics.filter((entry) => entry.round === round));
    const accuracy = (which: "shared" | "personal") => meanOrNull(entries.map(({ metrics }) => metrics.accuracy[which]));
    const end = ends.find((entry) => entry.round === round);
    const sum = history.find((entry) => entry.round === round);
    return {
      round,
      served: end ? mean(end.clients.map((client) => client.accuracy)) : null,
      fusionLoss: end ? fusionLossOf(end) : null,
      bytes: end?.bytes ?? null,
      shared: accuracy("shared"),
      personal: accuracy("personal"),
      aggregationError: sum?.aggregationError ?? null,
      ...(sum && sum.roundingError !== null ? { roundingError: sum.roundingError } : {}),
      ...(end && settings.speeds ? { clock: end.clock } : {}),
      trainTokens: total(entries, ({ metrics }) => metrics.trainTokens),
    };
  });
}

function meanOrNull(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? mean(known) : null;
}

function total<T>(items: readonly T[], pick: (item: T) => number): number {
  return items.reduce((sum, item) => sum + pick(item), 0);
}
