/** What a federation takes in this tab's memory, and what helps when that is too much, as sentences. Pure. */

import { adviceFor, type MemorySettings } from "@duet/client/memoryAdvice";
import type { DeviceLimits } from "@duet/lora-core/architectures/deviceLimits";
import type { Settings } from "@duet/lora-core/architectures/memoryProposal";
import { formatBytes, plural } from "../lib/format.ts";

export interface MemoryView {
  readonly text: string;
  readonly isWarning: boolean;
}

/** What whoever reads it can do: choose the settings, or only where to join from. Null where such settings are none, or are those at hand. */
export type MemoryPlace =
  | { readonly kind: "form"; readonly smaller: MemorySettings | null; readonly usual: MemorySettings | null }
  | { readonly kind: "join"; readonly smaller: MemorySettings };

/** @throws {UnsupportedModelError} on a base that is not supported. */
export function memoryView(settings: MemorySettings, limits: DeviceLimits, place: MemoryPlace): MemoryView {
  const { needed, available, fit } = adviceFor(settings, limits);
  const takes = `Training takes about ${formatBytes(needed)} of memory in this tab`;
  if (fit.kind === "fits") {
    const more = place.kind === "form" ? usualWay(settings, limits, place.usual) : "";
    const { rowsAtOnce, recompute } = fit.memory;
    if (holding(settings, limits) === "whole") return { text: `${takes}.${more}`, isWarning: false };
    const way = recompute ? " and keeps less of each layer, which takes longer" : "";
    const text = `${takes} with whole batches. That is more than this device allows, so it computes ${plural(rowsAtOnce, "row")} at a time${way}. The result is the same.${more}`;
    return { text, isWarning: false };
  }
  const over =
    available === null ? `${takes}, in larger pieces than this device allows` : `${takes}; it allows ${formatBytes(available)}`;
  const way = place.kind === "form" ? organiserWay(settings, fit, limits, place.smaller) : joinerWay(limits, place.smaller);
  return { text: `${over}. ${way}`, isWarning: true };
}

/** How a device holds a federation's work, worst first: not at all by the estimate, a batch in pieces, or whole batches. */
const HOLDINGS = ["none", "pieces", "whole"] as const;
export type Holding = (typeof HOLDINGS)[number];

export function holding(settings: MemorySettings, limits: DeviceLimits): Holding {
  const { fit } = adviceFor(settings, limits);
  if (fit.kind !== "fits") return "none";
  const { rowsAtOnce, recompute } = fit.memory;
  return rowsAtOnce === settings.training.batchSize && !recompute ? "whole" : "pieces";
}

/** Whether the device holds the first better than the second. */
export const holdsBetter = (one: MemorySettings, other: MemorySettings, limits: DeviceLimits): boolean =>
  HOLDINGS.indexOf(holding(one, limits)) > HOLDINGS.indexOf(holding(other, limits));

/** What the usual settings would come to, where the others are chosen for a reason. */
function usualWay(settings: MemorySettings, limits: DeviceLimits, usual: MemorySettings | null): string {
  if (!usual || !holdsBetter(settings, usual, limits)) return "";
  const way = holding(usual, limits) === "none" ? "does not fit this device" : "would be computed in pieces here";
  return ` What is for laptops and desktops ${way}.`;
}

type Fit = Exclude<ReturnType<typeof adviceFor>["fit"], { readonly kind: "fits" }>;

function organiserWay(
  { training, adapter }: MemorySettings,
  fit: Fit,
  limits: DeviceLimits,
  smaller: MemorySettings | null,
): string {
  if (smaller && holding(smaller, limits) !== "none") return "The setting for phones and old laptops fits: choose it above.";
  return fit.kind === "never"
    ? "No setting makes it fit: choose a smaller base model, or another device."
    : `It would fit with ${changes(fit.settings, training.maxTokens, adapter.rank)}.`;
}

/** Nobody can change the settings of a federation that is there. */
function joinerWay(limits: DeviceLimits, smaller: MemorySettings): string {
  const way =
    holding(smaller, limits) !== "none"
      ? "A federation for phones and old laptops would fit: ask its organiser for one, or join from another device."
      : "Join from a device with more memory.";
  return `${way} You can join from here all the same: it computes one row at a time then, and may run out of memory.`;
}

/** "rows of 48 tokens and rank 4" */
function changes({ maxTokens, rank }: Settings, ownTokens: number, ownRank: number): string {
  return [maxTokens < ownTokens && `rows of ${maxTokens} tokens`, rank < ownRank && `rank ${rank}`].filter(Boolean).join(" and ");
}
