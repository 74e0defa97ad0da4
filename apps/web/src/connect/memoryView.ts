/** What a federation takes in this tab's memory, and what helps when that is too much, as sentences. Pure. */

import { adviceFor, type MemorySettings } from "@duet/client/memoryAdvice";
import type { DeviceLimits } from "@duet/lora-core/architectures/deviceLimits";
import type { Settings } from "@duet/lora-core/architectures/memoryProposal";
import { formatBytes, plural } from "../lib/format.ts";

export interface MemoryView {
  readonly text: string;
  readonly isWarning: boolean;
}

/** `smaller` is what may be proposed for small devices. @throws {UnsupportedModelError} on a base that is not supported. */
export function memoryView(settings: MemorySettings, limits: DeviceLimits, smaller: MemorySettings | null = null): MemoryView {
  const { needed, available, fit } = adviceFor(settings, limits);
  const { training, adapter } = settings;
  const takes = `Training takes about ${formatBytes(needed)} of memory in this tab`;
  if (fit.kind === "fits") {
    const { rowsAtOnce, recompute } = fit.memory;
    if (rowsAtOnce === training.batchSize && !recompute) return { text: `${takes}.`, isWarning: false };
    const way = recompute ? " and keeps less of each layer, which takes longer" : "";
    const text = `${takes} with whole batches. That is more than this device allows, so it computes ${plural(rowsAtOnce, "row")} at a time${way}. The result is the same.`;
    return { text, isWarning: false };
  }
  const over =
    available === null ? `${takes}, in larger pieces than this device allows` : `${takes}; it allows ${formatBytes(available)}`;
  if (smaller && adviceFor(smaller, limits).fit.kind === "fits") {
    return { text: `${over}. The setting for phones and old laptops fits: choose it above.`, isWarning: true };
  }
  const way =
    fit.kind === "never"
      ? "No setting makes it fit: choose a smaller base model, or another device."
      : `It would fit with ${changes(fit.settings, training.maxTokens, adapter.rank)}.`;
  return { text: `${over}. ${way}`, isWarning: true };
}

/** "rows of 48 tokens and rank 4" */
function changes({ maxTokens, rank }: Settings, ownTokens: number, ownRank: number): string {
  return [maxTokens < ownTokens && `rows of ${maxTokens} tokens`, rank < ownRank && `rank ${rank}`].filter(Boolean).join(" and ");
}
