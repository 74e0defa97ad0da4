/** A layer of a base that keeps its input and its adapter's factors for the backward pass, and nothing in between. */
import type { Tensor2D } from "@tensorflow/tfjs";
import { recomputed } from "../ops/recomputed/recomputed.ts";
import type { DeviceAdapter } from "./languageModel.ts";

/** The layer's modules are those whose names begin with `prefix` and a dot. `layer` must not use tensors that were made for this pass. */
export function recomputedLayer(
  x: Tensor2D,
  adapter: DeviceAdapter | null,
  prefix: string,
  layer: (x: Tensor2D, adapter: DeviceAdapter | null) => Tensor2D,
): Tensor2D {
  const modules = [...(adapter?.factors ?? [])].filter(([name]) => name.startsWith(`${prefix}.`));
  return recomputed([x, ...modules.flatMap(([, { a, b }]) => [a, b])], ([input, ...tensors]) => {
    const factors = new Map(
      modules.map(([name], i) => [name, { a: tensors[2 * i] as Tensor2D, b: tensors[2 * i + 1] as Tensor2D }]),
    );
    return layer(input as Tensor2D, adapter && { scale: adapter.scale, factors });
  });
}
