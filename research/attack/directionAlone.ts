/**
 * What an attacker makes of a shared adapter that noise drowns. The model with it is broken and tells nothing; but the attacker knows what everybody
 * began with, and goes from there a small way in the direction of the sums. So near, a row's loss falls by how far this direction is the
 * row's own gradient's, and Gaussian noise has nothing better to be read with than such a product.
 */
import { l2Norm, linearCombination } from "@duet/lora-core/tensors/arithmetic";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";

/** As far as one update may go that is clipped as at first. Short enough for a loss to be linear, long enough for five digits of it. */
const WAY = 1;

export function directionAlone(start: NamedTensors, sum: NamedTensors): NamedTensors {
  const change = linearCombination([1, -1], [sum, start]);
  return linearCombination([1, WAY / l2Norm(change)], [start, change]);
}
