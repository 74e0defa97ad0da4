/** Why choices of a federation do not go together, whatever its method is called; the form and the coordinator say the same. Pure. */
import type { FederationConfig } from "../protocol/federationConfig.ts";
import { countsEachOnce, replacesMean } from "../robustness/robustnessConfig.ts";
import { MIN_CLIENTS } from "../secureAggregation/minClients.ts";
import { plansOf, readsLabelCounts, sharesAdapters, trainsBoth } from "../strategies/planFacts.ts";
import type { Method } from "../strategies/registry.ts";
import type { Budgets, LocalStep, RoundPlan } from "../strategies/strategy.ts";
import type { ChoiceSaying } from "./choiceSentences.ts";
import { sumNoise } from "./noisySum.ts";

/** Why updates that come together so cannot be protected so, null where they can. */
export function protectionRefusal(
  aggregation: FederationConfig["aggregation"],
  robustness: FederationConfig["robustness"]["kind"],
): ChoiceSaying | null {
  if (aggregation === "plain" || robustness === "none") return null;
  return ["boundsInSum"];
}

/** Why so few clients cannot sum so, null where they can. */
export function fewClientsRefusal(aggregation: FederationConfig["aggregation"], minClients: number): ChoiceSaying | null {
  if (aggregation === "plain" || minClients >= MIN_CLIENTS) return null;
  return ["fewInSum", MIN_CLIENTS];
}

/** Why a round cannot draw so many clients, null where it can, and where none are drawn. */
export function samplingRefusal({
  aggregation,
  clientSampling,
  maxClients,
}: Pick<FederationConfig, "aggregation" | "clientSampling" | "maxClients">): ChoiceSaying | null {
  if (!clientSampling) return null;
  if (clientSampling.clients > maxClients) {
    return ["drawsTooMany", clientSampling.clients, maxClients];
  }
  return fewClientsRefusal(aggregation, clientSampling.clients);
}

/** Why a method cannot leave values for later rounds, null where it can, and where none are left. */
export function uploadRefusal(
  method: Method,
  budgets: Budgets,
  { upload, aggregation }: Pick<FederationConfig, "upload" | "aggregation">,
): ChoiceSaying | null {
  if (upload.topK === null) return null;
  if (aggregation === "secure") return ["allInSum"];
  if (plansOf(method, budgets).every((plan) => plan.upload?.form !== "value")) return null;
  return ["valuesReplace", method.label];
}

/** Why clients cannot be hidden in the noise of a sum, null where they can, and where nobody asks for it. */
export function clientPrivacyRefusal(
  method: Method,
  budgets: Budgets,
  { aggregation, clientPrivacy, maxClients }: Pick<FederationConfig, "aggregation" | "clientPrivacy" | "maxClients">,
): ChoiceSaying | null {
  if (!clientPrivacy) return null;
  if (aggregation === "plain") return ["noiseWithoutSum"];
  const sent = plansOf(method, budgets).flatMap(({ upload }) => (upload ? [upload] : []));
  if (sent.some(({ form, extra }) => form !== "difference" || extra !== null)) {
    return ["noiseDrowns", method.label];
  }
  if (clientPrivacy.delta * maxClients > 1) return ["largeDelta", clientPrivacy.delta, maxClients];
  if (sumNoise(clientPrivacy, sent.length) !== null) return null;
  return ["noNoiseForRounds", sent.length, clientPrivacy.epsilon];
}

/** Why a method cannot train with differential privacy of rows, null where it can, and where nobody asks for it. */
export function privacyRefusal(
  method: Method,
  budgets: Budgets,
  { privacy }: Pick<FederationConfig["training"], "privacy">,
): ChoiceSaying | null {
  if (!privacy) return null;
  if (readsLabelCounts(method, budgets)) return ["countsLabels", method.label];
  return trainsBoth(method, budgets) ? ["bothOnOneSample", method.label] : null;
}

/** Why clients cannot learn alone besides, null where they can, and where nobody asks. */
export function aloneRefusal(
  method: Method,
  budgets: Budgets,
  { alone, training, clientPrivacy }: Pick<FederationConfig, "alone" | "training" | "clientPrivacy">,
): ChoiceSaying | null {
  if (!alone) return null;
  if (training.privacy || clientPrivacy) return ["aloneUnderNoise"];
  return sharesAdapters(method, budgets) ? null : ["aloneAnyway", method.label];
}

/** Why nobody can be asked what rows are like, null where they can, and where nobody asks. */
export function statisticsRefusal({
  statistics,
  aggregation,
  clientPrivacy,
  training,
}: {
  readonly statistics?: FederationConfig["statistics"] | undefined;
  readonly aggregation: FederationConfig["aggregation"];
  readonly clientPrivacy?: FederationConfig["clientPrivacy"] | undefined;
  readonly training: Pick<FederationConfig["training"], "privacy">;
}): ChoiceSaying | null {
  if (!statistics) return null;
  if (aggregation === "plain") return ["statisticsInSum"];
  return training.privacy || clientPrivacy ? ["statisticsUnderNoise"] : null;
}

/** Why a method cannot give slower clients fewer steps, null where it can, and where all have the same work. */
export function workRefusal(
  method: Method,
  budgets: Budgets,
  { work }: { readonly work?: "bySpeed" | undefined },
): ChoiceSaying | null {
  if (!work) return null;
  const shared = plansOf(method, budgets).filter(({ stage, upload }) => stage === "federated" && upload !== null);
  if (shared.length === 0) return ["nothingShared", method.label];
  const isMore = shared.some(({ upload }) => upload?.form !== "difference" || upload.extra !== null);
  if (isMore) return ["workBeside", method.label];
  return budgets.inner.unit === "steps" ? null : ["workInPasses"];
}

/** Why nothing that comes late can count, null where it can, and where none is taken. `method` is that of one rank for all. */
export function lateRefusal(
  method: Method,
  budgets: Budgets,
  { late, aggregation, robustness, ranks }: Pick<FederationConfig, "late" | "aggregation" | "robustness" | "ranks">,
): ChoiceSaying | null {
  if (!late) return null;
  const uploads = plansOf(method, budgets).flatMap(({ stage, upload }) => (stage === "federated" && upload ? [upload] : []));
  if (uploads.length === 0) return ["nothingLate", method.label];
  if (aggregation === "secure") return ["lateInSum"];
  if (uploads.some(({ form, extra }) => form !== "difference" || extra !== null)) return ["lateValues", method.label];
  if (new Set(uploads.map(({ part }) => part)).size > 1) return ["lateHalves", method.label];
  if (countsEachOnce(robustness)) return ["lateCountsOnce"];
  return ranks === "svd" ? ["lateProducts"] : null;
}

/** Why clients cannot have ranks of their own, null where they can, and where all have one. `method` is that of one rank for all. */
export function ranksRefusal(method: Method, budgets: Budgets, config: RankChoices): ChoiceSaying | null {
  const { ranks, aggregation, initialAdapter } = config;
  if (!ranks) return null;
  const plans = plansOf(method, budgets);
  const uploads = plans.flatMap(({ upload }) => (upload ? [upload] : []));
  if (uploads.length === 0) return ["noRankShared", method.label];
  const isMore = uploads.some(({ slot, extra }) => slot !== "shared" || extra !== null);
  if (isMore || plans.some(({ receive }) => receive?.extra)) return ["ranksBeside", method.label];
  if (ranks !== "svd" && uploads.some(({ form }) => form === "value")) return ["ranksByProducts", method.label];
  if (ranks !== "padded") {
    if (uploads.some(({ part }) => part === "a" || part === "b")) return ["halvesOfRanks", method.label];
    if (aggregation === "secure") return ["ranksInSum"];
  }
  if (ranks === "svd") {
    const refusal = productsRefusal(method, plans, config);
    if (refusal) return refusal;
  }
  return initialAdapter === null ? null : ["rankBrought"];
}

/** What clients of unlike ranks have to do with. */
export type RankChoices = Pick<FederationConfig, "ranks" | "aggregation" | "initialAdapter" | "robustness" | "upload" | "work">;

/** Why their products cannot be averaged: an adapter takes the place of the one before then, in factors of its own. */
function productsRefusal(
  method: Method,
  plans: readonly RoundPlan[],
  { robustness, upload, work }: RankChoices,
): ChoiceSaying | null {
  if (keepsFactors(method, plans)) return ["factorsKept", method.label];
  if (replacesMean(robustness)) return ["robustProducts"];
  if (upload.topK !== null) return ["valuesReplace", method.label];
  return work ? ["workOnProducts"] : null;
}

/** Whether factors of one round meet those of another: in the coordinator's memory, in a pull, or in a fusion of two adapters' factors. */
function keepsFactors(method: Method, plans: readonly RoundPlan[]): boolean {
  if (Object.keys(method.init(new Map()).memory).length > 0) return true;
  const isHeld = (step: LocalStep) => step.kind === "train" && step.proximal !== undefined && step.proximal.to !== step.slot;
  const isCopied = ({ steps }: RoundPlan) => steps.some((step) => step.kind === "copy" && step.to === "personal");
  return plans.some((plan) => plan.steps.some(isHeld) || (plan.serve?.kind === "fuse" && !isCopied(plan)));
}
