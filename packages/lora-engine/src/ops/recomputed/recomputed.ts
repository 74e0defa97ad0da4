/**
 * A part of a network that keeps its inputs alone for the backward pass and computes everything in between a second time there
 * (Chen et al. 2016, arXiv:1604.06174): about a third more time, and the memory of one part instead of all.
 */
import * as tf from "@tensorflow/tfjs";
import { differentiable } from "../differentiable.ts";

/**
 * `forward` of these inputs, with the gradients it has. It must read no other tensor that a gradient is asked for, give the same
 * values when it is run again, and may be called outside of a gradient too.
 */
export function recomputed<Out extends tf.Tensor>(
  inputs: readonly tf.Tensor[],
  forward: (inputs: readonly tf.Tensor[]) => Out,
): Out {
  return differentiable(
    inputs,
    () => ({ value: forward(inputs), saved: Object.fromEntries(inputs.entries()) }),
    (dy, saved) => gradientsOf(forward, Object.values(saved), dy),
  );
}

/** Gradients inside of a gradient. TF.js has one tape at a time, and drops the outer one when an inner one begins. */
function gradientsOf(
  forward: (inputs: readonly tf.Tensor[]) => tf.Tensor,
  inputs: readonly tf.Tensor[],
  dy: tf.Tensor,
): tf.Tensor[] {
  const { state } = tf.engine();
  const outer = state.activeTape;
  try {
    const { grads } = tf.engine().gradients(() => forward(inputs), [...inputs], dy);
    return grads.map((gradient, i) => gradient ?? tf.zerosLike(inputs[i] ?? dy));
  } finally {
    state.activeTape = outer;
  }
}
