/** The coordinator's optimiser: momentum SGD on the averaged differences (DiLoCo's outer step, arXiv 2311.08105). */
import { z } from "zod";
import { linearCombination } from "../tensors/arithmetic.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";

export const outerOptimizerConfig = z.strictObject({
  form: z.enum(["nesterov", "heavy-ball"]),
  /** eta */
  learningRate: z.number().min(0).max(10),
  /** mu */
  momentum: z.number().min(0).max(0.999),
});
export type OuterOptimizerConfig = z.output<typeof outerOptimizerConfig>;

/**
 * With the pseudo-gradient D = mean(received - local):
 *   v' = mu v + D
 *   heavy-ball:  theta' = theta - eta v'
 *   nesterov:    theta' = theta - eta (D + mu v')      (PyTorch's SGD with nesterov=True)
 * The velocity lives in factor coordinates, like everything here.
 */
export function outerStep(
  { form, learningRate, momentum }: OuterOptimizerConfig,
  parameters: NamedTensors,
  velocity: NamedTensors,
  difference: NamedTensors,
): { parameters: NamedTensors; velocity: NamedTensors } {
  const nextVelocity = linearCombination([momentum, 1], [velocity, difference]);
  const next =
    form === "nesterov"
      ? linearCombination([1, -learningRate, -learningRate * momentum], [parameters, difference, nextVelocity])
      : linearCombination([1, -learningRate], [parameters, nextVelocity]);
  return { parameters: next, velocity: nextVelocity };
}
