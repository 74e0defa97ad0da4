/** tf.customGrad with types: an op whose gradient is written by hand. */
import * as tf from "@tensorflow/tfjs";

/**
 * Runs `forward` without recording its inner ops; when a gradient is asked for, `backward` gives the one of every input, in order.
 * Anything that `backward` needs and that is not long-lived (weights) must go through `saved`: intermediates are disposed between.
 * `dy` and `saved` are freed after `backward`, which therefore runs once and has no gradient itself.
 */
export function differentiable<Out extends tf.Tensor, Saved extends Readonly<Record<string, tf.Tensor>>>(
  inputs: readonly tf.Tensor[],
  forward: () => { readonly value: Out; readonly saved: Saved },
  backward: (dy: Out, saved: Saved) => tf.Tensor[],
): Out {
  const op = tf.customGrad((...args) => {
    const { value, saved } = forward();
    const save = args.at(-1);
    if (typeof save === "function") save(Object.values(saved));
    const names = Object.keys(saved);
    return {
      value,
      gradFunc(dy: Out, kept: tf.Tensor[]) {
        // The same tensors under the same names, which the type system cannot follow.
        const saved = Object.fromEntries(names.map((name, i) => [name, kept[i]])) as Saved;
        // TF.js frees all of this only once the whole backward pass is over; that would be most of a step's memory.
        const gradients = tf.tidy(() => backward(dy, saved));
        tf.dispose([dy, ...kept]);
        return gradients;
      },
    };
  });
  return op(...inputs);
}
