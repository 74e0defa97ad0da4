/** What a federation takes in this device's memory, and how it is made to fit. Pure. */
import type { DeviceLimits } from "@duet/lora-core/architectures/deviceLimits";
import { adviseOnMemory, type MemoryAdvice } from "@duet/lora-core/architectures/memoryProposal";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { bytesPerWeight, weightFileBytes } from "@duet/lora-core/architectures/weightStorage";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { EVALUATION_ROWS } from "@duet/lora-core/training/trainingConfig";

/** Tokens of a label, about. */
const LABEL_TOKENS = 4;

export type MemorySettings = Pick<FederationConfig, "model" | "adapter" | "training" | "task">;

/** @throws {UnsupportedModelError} on a base that is not supported. */
export function adviceFor({ model, adapter, training, task }: MemorySettings, limits: DeviceLimits): MemoryAdvice {
  const answerTokens = task.kind === "label" ? LABEL_TOKENS : Math.ceil(training.maxTokens / 2);
  const { batchSize, maxTokens } = training;
  const architecture = parseArchitecture(model.config);
  const stored = bytesPerWeight(weightFileBytes(model.files), architecture.parameters);
  const work = { batchSize, maxTokens, answerTokens, evaluationRows: EVALUATION_ROWS, bytesPerWeight: stored };
  return adviseOnMemory(architecture, adapter, work, limits);
}
