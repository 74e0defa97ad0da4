/** What an upload of a round was made from, for the ledger, read off the method's own plan. Pure. */
import type { SumRequest } from "@duet/lora-core/contract/secureSum";
import type { ExchangeKey } from "@duet/lora-core/protocol/exchange";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { sharesLabels } from "@duet/lora-core/strategies/planFacts";
import { methodOf } from "@duet/lora-core/strategies/registry";
import type { SentSaying } from "./sentSentences.ts";

type Agreed = Pick<FederationConfig, "strategy" | "budgets" | "adapter" | "training" | "clientPrivacy" | "ranks">;

/** `rows` are those that this client trains on. */
export function uploadWords(
  { strategy, budgets, adapter, training, ranks }: Agreed,
  round: number,
  rows: number | null,
): readonly SentSaying[] {
  const { upload } = methodOf(strategy, ranks).plan(budgets, { round, isNewcomer: false });
  if (!upload) return [["sharesNothing", round]];
  const { slot, form, part, extra } = upload;
  return [
    [form === "difference" ? "changed" : "after", round, slot],
    ...(part === "all" ? [] : [["part", part] as const]),
    ...(sharesLabels(adapter, upload) ? [["labelVectors"] as const] : []),
    ...(extra === "control" ? [["controlVariate"] as const] : []),
    rows === null ? ["madeFromYours"] : ["madeFrom", rows],
    ...(training.privacy ? [["rowNoise"] as const] : []),
  ];
}

/** The same of an answer in a secure sum. */
export function answerWords(
  config: Agreed,
  what: SumRequest["what"],
  { round, step }: ExchangeKey,
  rows: number | null,
): readonly SentSaying[] {
  const of = what === "statistics" ? what : round;
  switch (step) {
    case "keys":
      return [["sumKeys", of]];
    case "shares":
      return [["sumShares", of]];
    case "input":
      if (what === "statistics") return [rows === null ? ["sumStatisticsOfYours"] : ["sumStatistics", rows]];
      if (!methodOf(config.strategy, config.ranks).plan(config.budgets, { round, isNewcomer: false }).upload)
        return [["sumCounts", round]];
      return [...uploadWords(config, round, rows), config.clientPrivacy ? ["clientNoise"] : ["meansToo"], ["masked"]];
    case "agree":
      return [["sumAgreed", of]];
    case "unmask":
      return [["sumUnmasked", of]];
  }
}
