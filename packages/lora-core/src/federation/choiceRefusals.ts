/** Why choices of a federation do not go together, whatever its method is called; the form and the coordinator say the same. Pure. */
import type { FederationConfig } from "../protocol/federationConfig.ts";
import { MIN_CLIENTS } from "../secureAggregation/attempt.ts";
import { plansOf, readsLabelCounts } from "../strategies/planFacts.ts";
import type { Method } from "../strategies/registry.ts";
import type { Budgets } from "../strategies/strategy.ts";
import { sumNoise } from "./noisySum.ts";

/** Why updates that come together so cannot be protected so, one sentence; null where they can. */
export function protectionRefusal(
  aggregation: FederationConfig["aggregation"],
  robustness: FederationConfig["robustness"]["kind"],
): string | null {
  if (aggregation === "plain" || robustness === "none") return null;
  return "A secure sum hides single updates, so nobody can bound them: choose no protection against bad updates, or let updates be sent as they are.";
}

/** Why so few clients cannot sum so, one sentence; null where they can. */
export function fewClientsRefusal(aggregation: FederationConfig["aggregation"], minClients: number): string | null {
  if (aggregation === "plain" || minClients >= MIN_CLIENTS) return null;
  return `A secure sum needs at least ${MIN_CLIENTS} clients: of two, each knows the other's update from the sum.`;
}

/** Why a round cannot draw so many clients, one sentence; null where it can, and where none are drawn. */
export function samplingRefusal({
  aggregation,
  clientSampling,
  maxClients,
}: Pick<FederationConfig, "aggregation" | "clientSampling" | "maxClients">): string | null {
  if (!clientSampling) return null;
  if (clientSampling.clients > maxClients) {
    return `A round cannot draw ${clientSampling.clients} of at most ${maxClients} clients: draw fewer, or let more join.`;
  }
  return fewClientsRefusal(aggregation, clientSampling.clients);
}

/** Why a method cannot leave values for later rounds, one sentence; null where it can, and where none are left. */
export function uploadRefusal(
  method: Method,
  budgets: Budgets,
  { upload, aggregation }: Pick<FederationConfig, "upload" | "aggregation">,
): string | null {
  if (upload.topK === null) return null;
  if (aggregation === "secure") {
    return "In a secure sum every client sends all values, under masks: send all of them, or let updates be sent as they are.";
  }
  if (plansOf(method, budgets).every((plan) => plan.upload?.form !== "value")) return null;
  return `${method.label} sends adapters whose values take the place of those before, so that none can wait for a later round: send all of them, or choose another method.`;
}

/** Why clients cannot be hidden in the noise of a sum, one sentence; null where they can, and where nobody asks for it. */
export function clientPrivacyRefusal(
  method: Method,
  budgets: Budgets,
  { aggregation, clientPrivacy, maxClients }: Pick<FederationConfig, "aggregation" | "clientPrivacy" | "maxClients">,
): string | null {
  if (!clientPrivacy) return null;
  if (aggregation === "plain") return "Privacy of clients is noise in a secure sum: sum updates securely, or leave it out.";
  const sent = plansOf(method, budgets).flatMap(({ upload }) => (upload ? [upload] : []));
  if (sent.some(({ form, extra }) => form !== "difference" || extra !== null)) {
    return `${method.label} sends more than what a client changed, and noise to hide that would drown it: choose another method, or leave out privacy of clients.`;
  }
  if (clientPrivacy.delta * maxClients > 1) {
    return `A delta of ${clientPrivacy.delta} is more than one part in ${maxClients}, the number of clients: it would protect nobody.`;
  }
  if (sumNoise(clientPrivacy, sent.length) !== null) return null;
  return `No noise keeps ${sent.length} rounds within an epsilon of ${clientPrivacy.epsilon}: choose fewer rounds, or a larger epsilon.`;
}

/** Why a method cannot train with differential privacy of rows, one sentence; null where it can, and where nobody asks for it. */
export function privacyRefusal(
  method: Method,
  budgets: Budgets,
  { privacy }: Pick<FederationConfig["training"], "privacy">,
): string | null {
  if (!privacy || !readsLabelCounts(method, budgets)) return null;
  return `${method.label} counts the labels of a client's rows, which the noise of differential privacy does not cover: choose another method, or train without epsilon.`;
}
