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
    /** Whether it asks what rows are like. Where that was summed, or is about to be, it must not: two sums that differ by one client are its counts. */
    readonly statistics: NonNullable<FederationConfig["statistics"]> | null;
    /** Left out: as it was. */
    readonly devices?: DeviceClass;
  };
}

/** The same federation with the steps that small devices hold; null where it has no larger ones, and where the form cannot have its method. */
export function againForSmallDevices({
  config,
  joining,
  statistics,
}: Pick<Snapshot, "config" | "joining" | "statistics">): AgainState | null {
  const { strategy, adapter, model, training } = config;
  if (strategy.preset === "custom" || training.batchSize <= defaultTraining(parseBase(model.config).family, "small").batchSize)
    return null;
  const labelVectors = adapter.prototypes?.travel ?? "texts";
  const choices = { method: strategy.id, preset: strategy.preset, labelVectors } as const;
  const isSummed = statistics !== undefined && (statistics.exchange ?? statistics.made) !== null;
  const asks = isSummed ? null : (config.statistics ?? null);
  return { again: { config, choices, joining, statistics: asks, devices: "small" } };
}
