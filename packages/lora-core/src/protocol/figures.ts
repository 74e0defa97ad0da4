/**
 * Who sees a client's figures about its own data and device: each client decides for itself. What is said where somebody does not see them
 * is made here and nowhere else, by the client before it sends and by the coordinator before it shows (docs/adr/0032). Pure.
 */
import { z } from "zod";
import type { FederationConfig } from "./federationConfig.ts";
import { type Device, NO_METRICS, type Progress, type RoundMetrics, type SampleCounts, type ToldCounts } from "./metrics.ts";

/** everybody: who looks on; organiser: who has the organiser link, and the coordinator; nobody: they do not leave the device. */
export const FIGURES_FOR = ["everybody", "organiser", "nobody"] as const;
export const figuresFor = z.enum(FIGURES_FOR);
export type FiguresFor = z.output<typeof figuresFor>;

/** Who looks on. */
export type Audience = Exclude<FiguresFor, "nobody">;

/** Whether this audience sees the figures of a client that chose so. */
export function isSeenBy(audience: Audience, choice: FiguresFor): boolean {
  return choice === "everybody" || choice === audience;
}

/** What a client is asked first: the least with which its federation's dashboard still shows whether anything is learned. */
export function leastFigures(config: Pick<FederationConfig, "aggregation" | PrivacyField>): FiguresFor {
  return config.aggregation === "secure" || hidesFigures(config) ? "nobody" : "everybody";
}

type PrivacyField = "training" | "clientPrivacy";

/** Whether rows or clients are protected by noise, which figures made without it would get around. */
export function hidesFigures({ training, clientPrivacy }: Pick<FederationConfig, PrivacyField>): boolean {
  return training.privacy !== undefined || clientPrivacy !== undefined;
}

/** What holds, whatever a client chose: where noise protects, figures made without it stay where they are. */
export function figuresInForce(config: Pick<FederationConfig, PrivacyField>, chosen: FiguresFor): FiguresFor {
  return hidesFigures(config) ? "nobody" : chosen;
}

/** What a client says of itself and its rows when it joins. */
export interface ToldFacts {
  readonly device: Device | null;
  readonly samples: ToldCounts;
}

/** Where updates are not summed securely the coordinator weighs them by the training rows, so that their number is told. */
export function toldFacts(
  { aggregation }: Pick<FederationConfig, "aggregation">,
  choice: FiguresFor,
  facts: ToldFacts,
): ToldFacts {
  if (choice !== "nobody") return facts;
  const train = aggregation === "plain" ? facts.samples.train : null;
  return { device: null, samples: { ...NO_COUNTS, train } };
}

export const NO_COUNTS: ToldCounts = { train: null, fusion: null, test: null };

/** Whether all three counts are there. */
export function isTold(samples: ToldCounts): samples is SampleCounts {
  return samples.train !== null && samples.fusion !== null && samples.test !== null;
}

/** Of a round's report: where the client is with its privacy budget, which says nothing of its rows. */
export function withoutFigures({ privacy }: RoundMetrics): RoundMetrics {
  return { ...NO_METRICS, ...(privacy ? { privacy } : {}) };
}

/** Whether anything in a round's report was measured. */
export function hasFigures({
  trainLoss,
  accuracy,
  macroF1,
  testLoss,
  sample,
  alone,
  beforeAggregation,
  text,
  fusion,
  phases,
  trainTokens,
  trainSeconds,
  peakMemory,
}: RoundMetrics): boolean {
  const slots = [accuracy, macroF1, testLoss, sample?.accuracy ?? {}, sample?.testLoss ?? {}].flatMap((figure) =>
    Object.values(figure),
  );
  return (
    [
      trainLoss,
      fusion,
      phases ?? null,
      text ?? null,
      alone ?? null,
      beforeAggregation ?? null,
      peakMemory ?? null,
      ...slots,
    ].some((value) => value !== null) ||
    trainTokens > 0 ||
    trainSeconds > 0
  );
}

/** Of where a client is: what it does. Steps would tell how fast. */
export function withoutPace({ round, activity }: Progress): Progress {
  return { round, activity, slot: null, step: 0, steps: 0, loss: null, tokensPerSecond: 0 };
}
