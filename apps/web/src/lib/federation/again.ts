/** What a new federation is filled in from: one that is there, handed over by the page that leads to the form. */
import { parseBase } from "@duet/lora-core/architectures/modelConfig";
import { type DeviceClass, defaultTraining, type FederationChoices } from "@duet/lora-core/federation/federationDefaults";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { Joining } from "@duet/lora-core/protocol/organiserView";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";

export type AgainChoices = Pick<FederationChoices, "method" | "preset"> & {
  readonly labelVectors: "texts" | "shared" | "personal";
};

export interface AgainState {
  readonly again: {
    readonly config: FederationConfig;
    readonly choices: AgainChoices;
    readonly joining: Joining;
    /** Left out: as it was. */
    readonly devices?: DeviceClass;
  };
}

/** The same federation with the steps that small devices hold; null where it has no larger ones, and where the form cannot have its method. */
export function againForSmallDevices({ config, joining }: Pick<Snapshot, "config" | "joining">): AgainState | null {
  const { strategy, adapter, model, training } = config;
  if (strategy.preset === "custom" || training.batchSize <= defaultTraining(parseBase(model.config).family, "small").batchSize)
    return null;
  const labelVectors = adapter.prototypes?.travel ?? "texts";
  return {
    again: { config, choices: { method: strategy.id, preset: strategy.preset, labelVectors }, joining, devices: "small" },
  };
}
