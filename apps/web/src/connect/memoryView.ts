/** What a federation takes in this tab's memory, and what helps when that is too much, as sentences. Pure. */
import type { DeviceLimits } from "@duet/lora-core/architectures/deviceLimits";
import { adviseOnMemory, type Settings } from "@duet/lora-core/architectures/memoryProposal";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { EVALUATION_ROWS } from "@duet/lora-core/training/trainingConfig";
import { formatBytes, plural } from "../lib/format.ts";

/** Tokens of a label, about. */
const LABEL_TOKENS = 4;

export type MemorySettings = Pick<FederationConfig, "model" | "adapter" | "training" | "task">;

export interface MemoryView {
  readonly text: string;
  readonly isWarning: boolean;
}

/** @throws {UnsupportedModelError} on a base that is not supported. */
export function memoryView({ model, adapter, training, task }: MemorySettings, limits: DeviceLimits): MemoryView {
  const answerTokens = task.kind === "label" ? LABEL_TOKENS : Math.ceil(training.maxTokens / 2);
  const work = { ...training, answerTokens, evaluationRows: EVALUATION_ROWS };
  const { needed, available, fit } = adviseOnMemory(parseArchitecture(model.config), adapter, work, limits);
  const takes = `Training takes about ${formatBytes(needed)} of memory in this tab`;
  if (fit.kind === "fits") return { text: `${takes}.`, isWarning: false };
  const over =
    available === null ? `${takes}, in larger pieces than this device allows` : `${takes}; it allows ${formatBytes(available)}`;
  const way =
    fit.kind === "never"
      ? "No setting makes it fit: choose a smaller base model, or another device."
      : `It would fit with ${changes(fit.settings, training, adapter.rank)}.`;
  return { text: `${over}. ${way}`, isWarning: true };
}

/** "batches of 3 rows and rows of 48 tokens" */
function changes({ batchSize, maxTokens, rank }: Settings, training: FederationConfig["training"], ownRank: number): string {
  return [
    batchSize < training.batchSize && `batches of ${plural(batchSize, "row")}`,
    maxTokens < training.maxTokens && `rows of ${maxTokens} tokens`,
    rank < ownRank && `rank ${rank}`,
  ]
    .filter(Boolean)
    .join(" and ");
}
