import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { methodOf } from "@duet/lora-core/strategies/registry";
import type { RoundPlan } from "@duet/lora-core/strategies/strategy";

/** True when some round uploads the personal adapter, or something that becomes it; asked of the method's own plans. */
export function personalLeaves({ strategy, budgets }: FederationConfig): boolean {
  const method = methodOf(strategy);
  const rounds = Array.from({ length: budgets.rounds + 2 - method.firstRound }, (_, index) => method.firstRound + index);
  return rounds.map((round) => method.plan(budgets, { round, isNewcomer: false })).some(uploadsPersonal);
}

function uploadsPersonal({ upload, steps }: RoundPlan): boolean {
  if (upload === null) return false;
  if (upload.slot === "personal") return true;
  // Trained first, then copied: the personal adapter is what was just uploaded.
  const trained = steps.findIndex((step) => step.kind === "train" && step.slot === upload.slot);
  return steps.some((step, index) => step.kind === "copy" && step.to === "personal" && trained >= 0 && index > trained);
}
