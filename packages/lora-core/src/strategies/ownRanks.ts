/**
 * What clients of unlike ranks sent, at the federation's rank R. Client k has the first r_k ranks of what the coordinator hands out, and sends those:
 *
 *   difference:  with zeros behind it (HetLoRA: Cho et al. 2024, arXiv 2401.06432), so that what it does not have stays as it was
 *   value:       with what it does not have behind it, as it was handed out: B_k A_k and the rest, which it has not changed
 *
 * and guard, rule and method go on as if all had R. `weighted` multiplies what each counts for by |B_k A_k|_F of its own ranks, as HetLoRA's aggregation
 * by sparsity does: a small adapter has learned less. Pure.
 * Differs from paper: differences are filled up, not values, of which every round would shrink the ranks that only some have (raFLoRA, arXiv 2602.13486,
 * shows that of the SVD, too); rows and sizes both count; a size counts for no more than five medians; clients do not prune their own ranks.
 */
import { layoutOf } from "../adapters/adapterLayout.ts";
import { firstRanks, paddedTo, withRest } from "../adapters/adapterRank.ts";
import type { Ranks } from "../adapters/ranks.ts";
import { MAX_ROWS_MULTIPLE } from "../robustness/bounds.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import { updateNorm } from "./aggregationError.ts";
import { movedBy, weighed } from "./contributions.ts";
import type { Contribution, Upload } from "./strategy.ts";
import { typical } from "./updateGuard.ts";

/** As it came: of the client's own rank. */
export interface SentContribution extends Contribution {
  /** r_k; left out where it is the federation's. */
  readonly rank?: number | undefined;
}

/** `handedOut` is what a client would have got of the whole rank. Each is made when it is asked for; for weights each is read once more. */
export function atFullRank(
  sent: readonly SentContribution[],
  upload: Upload,
  ranks: Ranks | undefined,
  handedOut: (clientId: string) => NamedTensors,
): readonly Contribution[] {
  if (ranks === undefined) return sent;
  const weights = ranks === "weighted" ? sizesOf(sent, upload, handedOut) : null;
  return sent.map((contribution, k) => ({
    clientId: contribution.clientId,
    sampleCount: contribution.sampleCount,
    ...weighed({ weight: weights ? (contribution.weight ?? 1) * (weights[k] ?? 1) : contribution.weight }),
    get tensors() {
      const whole = handedOut(contribution.clientId);
      return upload.form === "difference"
        ? paddedTo(contribution.tensors, layoutOf(whole))
        : withRest(contribution.tensors, whole);
    },
  }));
}

/** |B_k A_k|_F of each; 1 where nobody has learned anything. */
function sizesOf(
  sent: readonly SentContribution[],
  upload: Upload,
  handedOut: (clientId: string) => NamedTensors,
): readonly number[] {
  const sizes = sent.map(({ clientId, rank, tensors }) => {
    if (upload.form === "value") return updateNorm(tensors);
    const whole = new Map([...handedOut(clientId)].filter(([key]) => tensors.has(key)));
    return updateNorm(movedBy(rank === undefined ? whole : firstRanks(whole, rank), tensors));
  });
  if (sizes.every((size) => size === 0)) return sizes.map(() => 1);
  const most = MAX_ROWS_MULTIPLE * (typical(sizes) ?? Number.POSITIVE_INFINITY);
  return sizes.map((size) => Math.min(size, most));
}
