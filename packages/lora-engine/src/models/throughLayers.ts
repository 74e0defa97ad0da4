/** A base's layers, one after the other, with no more kept for the backward pass than it needs. */

import { lowestAdaptedLayer } from "@duet/lora-core/architectures/adaptedLayers";
import * as tf from "@tensorflow/tfjs";
import { untracked } from "../ops/untracked.ts";
import type { DeviceAdapter } from "./languageModel.ts";
import { recomputedLayer } from "./recomputedLayer.ts";
import { type ResidualStream, sumOf } from "./residualStream.ts";

export interface LayerStack {
  /** How many there are. */
  readonly count: number;
  /** What the names of a layer's modules begin with, without the dot after it. */
  readonly nameOf: (index: number) => string;
  readonly adapter: DeviceAdapter | null;
  /** Every layer keeps its inputs only. Left out: no. */
  readonly recompute?: boolean | undefined;
  /** [N, D] -> [N, D]. A recomputed layer must not use tensors that were made for this pass: `again` says that it is run once more later. */
  readonly run: (index: number, stream: ResidualStream, adapter: DeviceAdapter | null, again: boolean) => ResidualStream;
}

/** The output of the last layer. Below the lowest layer that the adapter has a module in nothing is kept, as no gradient goes there. */
export function throughLayers(input: tf.Tensor2D, stack: LayerStack): tf.Tensor2D {
  const { count, nameOf, adapter, recompute, run } = stack;
  const lowest = takesGradients() ? lowestAdaptedLayer(adapter?.factors.keys() ?? [], count, nameOf) : count;
  const below = () => withoutGradients(input, lowest, (index, stream) => run(index, stream, adapter, false));
  let stream = startOf(input, lowest, below);
  for (let index = lowest; index < count; index++) {
    const before = stream;
    stream = recompute
      ? { x: recomputedLayer(sumOf(before), adapter, nameOf(index), (x, own) => sumOf(run(index, { x }, own, true))) }
      : tf.tidy(() => run(index, before, adapter, false));
  }
  return sumOf(stream);
}

/** What the lowest adapted layer reads. */
function startOf(input: tf.Tensor2D, lowest: number, below: () => ResidualStream): ResidualStream {
  if (lowest === 0) return { x: input };
  return takesGradients() ? { x: untracked(() => sumOf(below())) } : below();
}

/** One layer at a time is in memory. */
function withoutGradients(
  input: tf.Tensor2D,
  count: number,
  run: (index: number, stream: ResidualStream) => ResidualStream,
): ResidualStream {
  let stream: ResidualStream = { x: input };
  for (let index = 0; index < count; index++) {
    const before = stream;
    stream = tf.tidy(() => run(index, before));
    if (before.x !== input) tf.dispose([before.x, ...(before.delta ? [before.delta] : [])]);
  }
  return stream;
}

/** Whether what is computed now is recorded for a backward pass. */
function takesGradients(): boolean {
  const { gradientDepth, kernelDepth } = tf.engine().state;
  return gradientDepth > 0 && kernelDepth === 0;
}
