/** A linear module of a frozen base by its name, with the adapter's update where the adapter has one for it. */

import { random } from "@duet/lora-core/tensors/random";
import type { Tensor2D } from "@tensorflow/tfjs";
import type { FrozenLinear } from "../ops/frozenLinear.ts";
import { type JointLinearOptions, jointLinear } from "../ops/jointLinear/jointLinear.ts";
import type { LinearPart } from "../ops/jointLinear/jointLinearKernel.ts";
import { loraLinear } from "../ops/loraLinear/loraLinear.ts";
import type { Dropout } from "../ops/loraLinear/loraUpdate.ts";
import type { DeviceAdapter } from "./languageModel.ts";

/** What one forward pass needs for its linear modules. */
export interface LinearPass {
  readonly weights: { readonly linears: ReadonlyMap<string, FrozenLinear> };
  readonly adapter: DeviceAdapter | null;
  readonly dropout: Dropout | null;
}

/** x [N, in] -> [N, out]. @throws {RangeError} when the base has no such module. */
export function adaptedLinear(pass: LinearPass, name: string, x: Tensor2D): Tensor2D {
  const { frozen, update } = partOf(pass, name);
  return loraLinear(x, frozen, update);
}

/** Modules that read the same input, their outputs side by side: x [N, in] -> [N, sum of out]. @throws {RangeError} as {@link adaptedLinear}. */
export function adaptedLinears(pass: LinearPass, names: readonly string[], x: Tensor2D, options: JointLinearOptions): Tensor2D {
  return jointLinear(
    x,
    names.map((name) => partOf(pass, name)),
    options,
  );
}

function partOf({ weights, adapter, dropout }: LinearPass, name: string): LinearPart {
  const frozen = weights.linears.get(name);
  if (!frozen) throw new RangeError(`There is no linear module ${name}`);
  const factors = adapter?.factors.get(name);
  if (!adapter || !factors) return { frozen, update: null };
  const probes = adapter.probes?.get(name);
  return { frozen, update: { factors, probes, scale: adapter.scale, dropout: dropout && ownDropout(dropout, name) } };
}

/** Every module drops its own elements. */
function ownDropout({ rate, seed }: Dropout, module: string): Dropout {
  return { rate, seed: Math.floor(random(seed, module)() * 2 ** 32) };
}
