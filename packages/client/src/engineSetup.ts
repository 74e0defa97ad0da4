/** What an engine is begun with in a federation, on this device. */
import { adapterOfRank } from "@duet/lora-core/adapters/adapterRank";
import type { StepMemory } from "@duet/lora-core/architectures/stepMemory";
import { fingerprint } from "@duet/lora-core/checkpoints/modelFileList";
import { AS_THEY_ARE } from "@duet/lora-core/compression/uploadCoding";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { BackendName } from "@duet/lora-core/protocol/metrics";
import { trainingsOf } from "@duet/lora-core/strategies/planFacts";
import { methodOf } from "@duet/lora-core/strategies/registry";
import type { BeginRequest, ClientEngine } from "./clientEngine.ts";
import { adviceFor, rankByMemory } from "./memoryAdvice.ts";

/** What it is begun with, and whether that may be more than this device holds. */
export type DeviceSetup = Pick<BeginRequest, "setup" | "model"> & { readonly isTight: boolean; readonly rank: number };

/** With the rank that was chosen, where clients may have their own; null lets the device's memory choose. */
export async function engineSetup(
  config: FederationConfig,
  engine: Pick<ClientEngine, "deviceLimits">,
  backend: BackendName | null,
  chosen: number | null = config.adapter.rank,
): Promise<DeviceSetup> {
  const { task, training, seed, aggregation, ranks } = config;
  const limits = await engine.deviceLimits(backend);
  const rank = ranks ? (chosen ?? rankByMemory(config, limits)) : config.adapter.rank;
  const adapter = adapterOfRank(config.adapter, rank);
  // A secure sum has a form of its own.
  const upload = aggregation === "secure" ? AS_THEY_ARE : config.upload;
  const { fit } = adviceFor({ ...config, adapter }, limits);
  // Where nothing fits, as little at a time as possible: the estimate may be too high.
  const memory: StepMemory = fit.kind === "fits" ? fit.memory : { rowsAtOnce: 1, recompute: true };
  const trainings = training.privacy && trainingsOf(methodOf(config.strategy), config.budgets);
  const isHidden = aggregation === "secure" && rank < config.adapter.rank;
  const setup = {
    ...{ task, adapter, training, upload, seed, memory },
    ...(isHidden ? { sharedRank: config.adapter.rank } : {}),
    ...(trainings ? { trainings } : {}),
  };
  return { setup, model: fingerprint(config.model.files), isTight: fit.kind !== "fits", rank };
}
