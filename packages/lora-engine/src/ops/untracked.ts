/** A part of a network that no gradient goes through: nothing in it is recorded, and what it makes on the way is freed at once. */
import type { Tensor } from "@tensorflow/tfjs";
import { differentiable } from "./differentiable.ts";

/** The value of `forward`, a constant to any gradient that is taken around it. It must be a tensor made in it. */
export function untracked<Out extends Tensor>(forward: () => Out): Out {
  return differentiable(
    [],
    () => ({ value: forward(), saved: {} }),
    () => [],
  );
}
