/** A loss and its gradients with respect to named parameters. */
import * as tf from "@tensorflow/tfjs";

export interface ValueAndGradients {
  readonly value: tf.Scalar;
  /** By the parameters' keys. */
  readonly gradients: ReadonlyMap<string, tf.Tensor>;
}

/** The caller owns the returned tensors. Parameters that `loss` does not depend on get a zero gradient. */
export function valueAndGradients(loss: () => tf.Scalar, parameters: ReadonlyMap<string, tf.Variable>): ValueAndGradients {
  const { value, grads } = tf.variableGrads(loss, [...parameters.values()]);
  const gradients = [...parameters].map(([key, { name, shape }]): [string, tf.Tensor] => [key, grads[name] ?? tf.zeros(shape)]);
  return { value, gradients: new Map(gradients) };
}
