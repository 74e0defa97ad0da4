/**
 * A trial and no method of the product: a method of differences whose clients each receive a mean of their own, in which those count more
 * whose B factors moved alike.
 *
 *   theta_i <- theta_i - sum_j xi_ij Delta_j,   xi_ij ~ exp(-d_ij^2 / mean d^2),   sum_j xi_ij = 1
 *
 * d_ij^2 is the squared distance between what the B factors of clients i and j have moved so far. `of: "head"` shares the body with all alike
 * and only the last quarter of the modules by likeness. Sources: distances of B, FedLEASE (Wang et al. 2025); deep layers with few, FedTreeLoRA.
 *
 * Differs from papers: no clusters, but weights as FedAMP has them (arXiv 2007.03797, eq. 6), because three clients make none.
 */
import { partOf, withPart } from "@duet/lora-core/adapters/adapterSum";
import { mean, ordered } from "@duet/lora-core/strategies/contributions";
import type { Method } from "@duet/lora-core/strategies/method";
import type { Contribution, ServerState } from "@duet/lora-core/strategies/strategy";
import { distanceBetween, linearCombination } from "@duet/lora-core/tensors/arithmetic";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";

/** The method with other downloads. All clients have to answer every round. */
export function sharingByLikeness(method: Method, of: "all" | "head"): Method {
  return {
    ...method,
    downloadsDiffer: true,
    download: ({ shared, memory }, clientId) => memory[`adapter:${clientId}`] ?? shared,
    aggregate: (state, contributions) => aggregated(state, ordered(contributions), of),
  };
}

function aggregated({ shared, memory }: ServerState, contributions: readonly Contribution[], of: "all" | "head"): ServerState {
  const sent = contributions.map(({ tensors }) => tensors);
  const common = mean(contributions, "uniform");
  const moved = contributions.map(({ clientId, tensors }) => {
    const before = memory[`moved:${clientId}`];
    return before ? linearCombination([1, 1], [before, tensors]) : tensors;
  });
  const weights = likeness(moved.map((tensors) => partOf(tensors, "b")));
  const next: Record<string, NamedTensors> = {};
  for (const [i, { clientId }] of contributions.entries()) {
    const own = linearCombination(weights[i] ?? [], sent);
    const delta = of === "all" ? own : withPart(common, partOf(own, "head"));
    next[`adapter:${clientId}`] = linearCombination([1, -1], [memory[`adapter:${clientId}`] ?? shared, delta]);
    next[`moved:${clientId}`] = moved[i] as NamedTensors;
  }
  return { shared: linearCombination([1, -1], [shared, common]), memory: next };
}

/** Rows sum to 1; alike clients make all of them equal. */
function likeness(moved: readonly NamedTensors[]): readonly (readonly number[])[] {
  const squared = moved.map((one) => moved.map((other) => distanceBetween(one, other) ** 2));
  const pairs = squared.flatMap((row, i) => row.slice(0, i));
  const width = pairs.reduce((sum, value) => sum + value, 0) / Math.max(1, pairs.length);
  return squared.map((row) => {
    const raw = row.map((value) => Math.exp(width > 0 ? -value / width : 0));
    const total = raw.reduce((sum, value) => sum + value, 0);
    return raw.map((value) => value / total);
  });
}
