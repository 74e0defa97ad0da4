/** What a federation takes in this tab's memory, and what helps when that is too much, as sentences. Pure. */

import { adviceFor, type MemorySettings } from "@duet/client/memoryAdvice";
import type { DeviceLimits } from "@duet/lora-core/architectures/deviceLimits";
import type { Settings } from "@duet/lora-core/architectures/memoryProposal";
import { formatBytes } from "../lib/format.ts";
import { words } from "./words.ts";

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
  const takes = words.memoryView.takes(formatBytes(needed));
  if (fit.kind === "fits") {
    const more = place.kind === "form" ? usualWay(settings, limits, place.usual) : "";
    const { rowsAtOnce, recompute } = fit.memory;
    if (holding(settings, limits) === "whole") return { text: words.memoryView.sentence(takes) + more, isWarning: false };
    const text = words.memoryView.inPieces(takes, rowsAtOnce, recompute) + more;
    return { text, isWarning: false };
  }
  const over = available === null ? words.memoryView.tooLarge(takes) : words.memoryView.allows(takes, formatBytes(available));
  const way = place.kind === "form" ? organiserWay(settings, fit, limits, place.smaller) : joinerWay(limits, place.smaller);
  return { text: words.memoryView.overAndWay(over, way), isWarning: true };
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
  return words.memoryView.usual(holding(usual, limits) === "none");
}

type Fit = Exclude<ReturnType<typeof adviceFor>["fit"], { readonly kind: "fits" }>;

function organiserWay(
  { training, adapter }: MemorySettings,
  fit: Fit,
  limits: DeviceLimits,
  smaller: MemorySettings | null,
): string {
  if (smaller && holding(smaller, limits) !== "none") return words.memoryView.smallFits;
  return fit.kind === "never"
    ? words.memoryView.never
    : words.memoryView.wouldFit(changes(fit.settings, training.maxTokens, adapter.rank));
}

/** Nobody can change the settings of a federation that is there. */
function joinerWay(limits: DeviceLimits, smaller: MemorySettings): string {
  return words.memoryView.joinElsewhere(holding(smaller, limits) !== "none");
}

/** "rows of 48 tokens and rank 4" */
function changes({ maxTokens, rank }: Settings, ownTokens: number, ownRank: number): string {
  return [maxTokens < ownTokens && words.memoryView.rowsOfTokens(maxTokens), rank < ownRank && words.memoryView.rank(rank)]
    .filter(Boolean)
    .join(words.memoryView.and);
}
