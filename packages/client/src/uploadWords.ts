/** What an upload of a round was made from, in words for the ledger, read off the method's own plan. Pure. */
import type { SumRequest } from "@duet/lora-core/contract/secureSum";
import type { ExchangeKey } from "@duet/lora-core/protocol/exchange";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { sharesLabels } from "@duet/lora-core/strategies/planFacts";
import { methodOf } from "@duet/lora-core/strategies/registry";

type Agreed = Pick<FederationConfig, "strategy" | "budgets" | "adapter" | "training" | "clientPrivacy">;

/** `rows` are those that this client trains on. */
export function uploadWords({ strategy, budgets, adapter, training }: Agreed, round: number, rows: number | null): string {
  const { upload } = methodOf(strategy).plan(budgets, { round, isNewcomer: false });
  if (!upload) return `nothing: round ${round} shares no adapter`;
  const { slot, form, part, extra } = upload;
  const whole =
    form === "difference" ? `what round ${round} changed of the ${slot} adapter` : `the ${slot} adapter after round ${round}`;
  return [
    part === "all" ? whole : `${whole}, its part "${part}"`,
    ...(sharesLabels(adapter, upload) ? ["with the vectors of the labels"] : []),
    ...(extra === "control" ? ["with this client's control variate"] : []),
    `made from ${rows ?? "your"} training rows`,
    ...(training.privacy ? ["with noise that hides single rows"] : []),
  ].join(", ");
}

const NOISE_SHARE = "clipped, with a share of the noise that hides single clients";

/** The same of an answer in a secure sum. */
export function answerWords(config: Agreed, what: SumRequest["what"], { round, step }: ExchangeKey, rows: number | null): string {
  const of = what === "statistics" ? "what rows are like" : `round ${round}`;
  switch (step) {
    case "keys":
      return `keys made anew for the sum of ${of}, signed by this client; nothing of your rows`;
    case "shares":
      return `shares of the secrets behind this tab's masks of ${of}, encrypted for the other clients; nothing of your rows`;
    case "input":
      if (what === "statistics") {
        return `how many of ${rows === null ? "your" : `your ${rows}`} training rows have each label and each length, and how mixed their labels are, masked; nothing of their text`;
      }
      if (!methodOf(config.strategy).plan(config.budgets, { round, isNewcomer: false }).upload) {
        return `counts, losses and accuracies of round ${round}, for their means, masked; nothing of an adapter`;
      }
      return `${uploadWords(config, round, rows)}, ${config.clientPrivacy ? NOISE_SHARE : "with losses and accuracies for their means"}, masked`;
    case "agree":
      return `a signature under the list of who is in the sum of ${of}; nothing of your rows`;
    case "unmask":
      return `shares of others' secrets, which take the masks off the sum of ${of}; nothing of your rows`;
  }
}
