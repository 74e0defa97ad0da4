/** A frozen linear layer in both layouts, so that no product ever needs a transposed operand (slow on wasm). */
import * as tf from "@tensorflow/tfjs";

/** Owned by the model that made it. */
export interface FrozenLinear {
  /** W^T, [in, out]: y = x W^T + bias. */
  readonly forward: tf.Tensor2D;
  /** W, [out, in]: dx = dy W. */
  readonly backward: tf.Tensor2D;
  readonly bias: tf.Tensor1D | null;
}

/** From a weight stored as [out, in] (PyTorch's Linear) or as [in, out] (Conv1D of GPT-2). Takes over `weight` and `bias`. */
export function frozenLinear(
  weight: tf.Tensor2D,
  bias: tf.Tensor1D | null,
  stored: "out-in" | "in-out" = "out-in",
): FrozenLinear {
  const turned: tf.Tensor2D = tf.transpose(weight);
  return stored === "out-in" ? { forward: turned, backward: weight, bias } : { forward: weight, backward: turned, bias };
}

/** Frees both layouts and the bias. */
export function disposeFrozenLinear(linear: FrozenLinear): void {
  tf.dispose([linear.forward, linear.backward]);
  linear.bias?.dispose();
}
