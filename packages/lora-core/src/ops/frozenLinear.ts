/** A frozen linear layer. TF.js' own products are slow with a transposed operand, so for them it lies on the backend in both layouts. */
import * as tf from "@tensorflow/tfjs";

/** Owned by the model that made it. */
export interface FrozenLinear {
  /** W^T, [in, out]: y = x W^T + bias. Null on WebGPU, whose kernels read W both ways. */
  readonly forward: tf.Tensor2D | null;
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
  const both = stored === "out-in" ? { forward: turned, backward: weight } : { forward: weight, backward: turned };
  if (tf.getBackend() !== "webgpu") return { ...both, bias };
  both.forward.dispose();
  return { forward: null, backward: both.backward, bias };
}

/** Frees the weight and the bias. */
export function disposeFrozenLinear({ forward, backward, bias }: FrozenLinear): void {
  forward?.dispose();
  backward.dispose();
  bias?.dispose();
}
