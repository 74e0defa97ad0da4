/** What the new-federation form has before anybody chooses. */
import { proposedBase } from "@duet/lora-core/federation/defaultBase";
import { DEFAULT_UPLOAD } from "@duet/lora-core/federation/federationDefaults";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import type { FederationForm } from "./federationForm.ts";
import { DEFAULT_PROTECTION, METHOD_CHOICES } from "./formChoices.ts";

export function initialForm(models: readonly BaseModel[]): FederationForm {
  return {
    name: "",
    model: proposedBase(models, "label"),
    initial: null,
    kind: "label",
    labels: "",
    method: METHOD_CHOICES[0] ?? "",
    aggregation: "plain",
    robustness: DEFAULT_PROTECTION,
    upload: DEFAULT_UPLOAD,
    devices: "usual",
    labelVectors: null,
    rounds: 4,
    localSteps: 24,
    innerSteps: 12,
    epsilon: "",
    clientEpsilon: "",
    clientsPerRound: "",
    lateRounds: "",
    work: "equal",
    ranks: "equal",
    deadline: "fixed",
    beforeAggregation: true,
    alone: true,
    statistics: null,
    minClients: 2,
    maxClients: 20,
    deadlineMinutes: 10,
    joining: "open",
    listing: null,
  };
}
