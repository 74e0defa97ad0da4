/** What a federation takes in this device's memory, and how it is made to fit. Pure. */
import type { DeviceLimits } from "@duet/lora-core/architectures/deviceLimits";
import type { Workload } from "@duet/lora-core/architectures/memoryEstimate";
import { adviseOnMemory, fittingRank, type MemoryAdvice } from "@duet/lora-core/architectures/memoryProposal";
import { type Architecture, parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { bytesPerWeight, weightFileBytes } from "@duet/lora-core/architectures/weightStorage";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { trainsBoth } from "@duet/lora-core/strategies/planFacts";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { EVALUATION_ROWS } from "@duet/lora-core/training/trainingConfig";

/** Tokens of a label, about. */
const LABEL_TOKENS = 4;

export type MemorySettings = Pick<FederationConfig, "model" | "adapter" | "training" | "task" | "strategy" | "budgets">;

/** @throws {UnsupportedModelError} on a base that is not supported. */
export function adviceFor(settings: MemorySettings, limits: DeviceLimits): MemoryAdvice {
  const { architecture, work } = workOf(settings);
  return adviseOnMemory(architecture, settings.adapter, work, limits);
}

/** The most ranks that a client proposes where it may have its own: what its memory holds. @throws {UnsupportedModelError} */
export function rankByMemory(settings: MemorySettings, limits: DeviceLimits): number {
  const { architecture, work } = workOf(settings);
  return fittingRank(architecture, settings.adapter, work, limits);
}

function workOf(settings: MemorySettings): { readonly architecture: Architecture; readonly work: Workload } {
  const { model, training, task, strategy, budgets } = settings;
  const answerTokens = task.kind === "label" ? LABEL_TOKENS : Math.ceil(training.maxTokens / 2);
  const { batchSize, maxTokens } = training;
  const architecture = parseArchitecture(model.config);
  const stored = bytesPerWeight(weightFileBytes(model.files), architecture.parameters);
  // What is learned alone is trained when the rest of its step is done and gone.
  const adapters = trainsBoth(methodOf(strategy), budgets) ? 2 : 1;
  const work = { batchSize, maxTokens, answerTokens, evaluationRows: EVALUATION_ROWS, bytesPerWeight: stored, adapters };
  return { architecture, work };
}
