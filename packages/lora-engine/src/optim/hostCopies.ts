/** Variables of the backend to the host and back, bit for bit. */
import type { HostTensor } from "@duet/lora-core/tensors/namedTensors";
import * as tf from "@tensorflow/tfjs";

/** The variables' values, read together: nothing may be assigned to them before it is over. */
export function toHost(variables: readonly tf.Variable[]): Promise<readonly HostTensor[]> {
  return Promise.all(
    variables.map(async (variable) => ({ shape: [...variable.shape], data: Float32Array.from(await variable.data()) })),
  );
}

/** Assigns host values of the same shapes, in the same order. */
export function assignHost(variables: readonly tf.Variable[], tensors: readonly HostTensor[]): void {
  for (const [index, variable] of variables.entries()) {
    const tensor = tensors[index];
    // A copy, because the backend may keep the array it is given.
    if (tensor) tf.tidy(() => variable.assign(tf.tensor(tensor.data.slice(), [...tensor.shape])));
  }
}
