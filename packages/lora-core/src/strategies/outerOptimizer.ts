/** The coordinator's optimiser on the averaged differences: momentum SGD (DiLoCo's outer step, arXiv 2311.08105), Adam, or none. */
import { z } from "zod";
import { combineElements, linearCombination, zerosLike } from "../tensors/arithmetic.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import { movedBy } from "./contributions.ts";
import type { ServerState } from "./strategy.ts";

/** eta */
const learningRate = z.number().min(0).max(10);

export const outerOptimizerConfig = z.discriminatedUnion("form", [
  z.strictObject({ form: z.literal("average") }),
  z.strictObject({ form: z.enum(["nesterov", "heavy-ball"]), learningRate, /** mu */ momentum: z.number().min(0).max(0.999) }),
  z.strictObject({
    form: z.literal("adam"),
    learningRate,
    beta1: z.number().min(0).max(0.999),
    beta2: z.number().min(0).max(0.9999),
    /** tau, added to the root of the second moment: how adaptive it is. */
    tau: z.number().positive().max(1),
  }),
]);
export type OuterOptimizerConfig = z.output<typeof outerOptimizerConfig>;

/** What the optimiser remembers before its first step. */
export function outerMemory({ form }: OuterOptimizerConfig, like: NamedTensors): ServerState["memory"] {
  if (form === "average") return {};
  return form === "adam" ? { velocity: zerosLike(like), second: zerosLike(like) } : { velocity: zerosLike(like) };
}

/**
 * With the pseudo-gradient D = mean(received - local):
 *   average:     theta' = theta - D
 *   heavy-ball:  v' = mu v + D;  theta' = theta - eta v'
 *   nesterov:    v' = mu v + D;  theta' = theta - eta (D + mu v')                     (PyTorch's SGD with nesterov=True)
 *   adam:        v' = b1 v + (1 - b1) D;  s' = b2 s + (1 - b2) D^2;  theta' = theta - eta v' / (sqrt(s') + tau)
 * Adam's moments are not corrected for their start (Reddi et al. 2020, arXiv 2003.00295, Algorithm 2). The moments live in factor
 * coordinates, like everything here. Memory of other names is kept. @throws {RangeError} when a moment is missing.
 */
export function outerStep(config: OuterOptimizerConfig, state: ServerState, difference: NamedTensors): ServerState {
  const { shared, memory } = state;
  if (config.form === "average") return { shared: movedBy(shared, difference), memory };
  const velocity = momentOf(state, "velocity");
  if (config.form === "adam") {
    const { learningRate: eta, beta1, beta2, tau } = config;
    const first = linearCombination([beta1, 1 - beta1], [velocity, difference]);
    const second = combineElements(momentOf(state, "second"), difference, (s, d) => beta2 * s + (1 - beta2) * d * d);
    const step = combineElements(first, second, (v, s) => (eta * v) / (Math.sqrt(s) + tau));
    return { shared: movedBy(shared, step), memory: { ...memory, velocity: first, second } };
  }
  const { form, learningRate: eta, momentum } = config;
  const next = linearCombination([momentum, 1], [velocity, difference]);
  const moved =
    form === "nesterov"
      ? linearCombination([1, -eta, -eta * momentum], [shared, difference, next])
      : linearCombination([1, -eta], [shared, next]);
  return { shared: moved, memory: { ...memory, velocity: next } };
}

function momentOf({ memory }: ServerState, name: string): NamedTensors {
  const moment = memory[name];
  if (!moment) throw new RangeError(`The coordinator's state has no ${name}`);
  return moment;
}
