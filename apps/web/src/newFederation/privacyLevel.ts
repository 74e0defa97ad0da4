/** How much of an update anybody sees, as one plain choice with what goes with it. */
import { MIN_CLIENTS } from "@duet/lora-core/secureAggregation/minClients";
import type { Aggregation } from "@duet/lora-core/strategies/strategy";
import type { FederationForm } from "./federationForm.ts";
import { DEFAULT_PROTECTION } from "./formChoices.ts";

/** How much the coordinator sees. budget: the sum, of steps that noise bounds row by row. */
export type PrivacyLevel = "plain" | "secure" | "budget";

export function privacyLevel({ aggregation, epsilon }: Pick<FederationForm, "aggregation" | "epsilon">): PrivacyLevel {
  if (aggregation === "plain") return "plain";
  return epsilon === "" ? "secure" : "budget";
}

/** The weakest budget that still is one: less makes a model of few rows useless. */
const PROPOSED_EPSILON = "8";

/** Another level, with what goes with it: a secure sum needs three clients, and hides what a protection would look at; it alone tells what rows are like. */
export function privacyChange(form: FederationForm, level: PrivacyLevel): Partial<FederationForm> {
  const epsilon = level !== "budget" ? "" : form.epsilon || PROPOSED_EPSILON;
  const statistics = level === "secure" ? form.statistics : null;
  return { ...aggregationChange(form, level === "plain" ? "plain" : "secure"), epsilon, statistics };
}

function aggregationChange(form: FederationForm, aggregation: Aggregation): Partial<FederationForm> {
  if (aggregation === form.aggregation) return {};
  if (aggregation === "plain") return { aggregation, robustness: DEFAULT_PROTECTION };
  const minClients = Math.max(MIN_CLIENTS, form.minClients);
  return { aggregation: "secure", robustness: "none", minClients, maxClients: Math.max(minClients, form.maxClients) };
}
