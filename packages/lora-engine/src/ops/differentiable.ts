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

/** What TF.js' engine runs for tf.customGrad, which itself lets an op have one output only. */
interface FunctionRunner {
  runKernelFunc(op: {
    readonly inputs: Record<string, tf.Tensor>;
    readonly forwardFunc: (backend: unknown, save: (tensors: tf.Tensor[]) => void) => tf.Tensor[];
    readonly backwardsFunc: (dys: tf.Tensor[], saved: tf.Tensor[]) => Record<string, () => tf.Tensor>;
  }): tf.Tensor[];
}

function functionRunner(): FunctionRunner {
  const engine: object = tf.engine();
  if (typeof Reflect.get(engine, "runKernelFunc") !== "function") throw new TypeError("TF.js' engine has changed");
  return engine as FunctionRunner;
}

/** {@link differentiable} of two outputs. An output that nothing came of has a gradient of zeros. */
export function differentiablePair<Out extends tf.Tensor, Saved extends Readonly<Record<string, tf.Tensor>>>(
  inputs: readonly tf.Tensor[],
  forward: () => { readonly values: readonly [Out, Out]; readonly saved: Saved },
  backward: (dys: readonly [Out, Out], saved: Saved) => tf.Tensor[],
): [Out, Out] {
  let names: readonly string[] = [];
  const outputs = functionRunner().runKernelFunc({
    inputs: Object.fromEntries(inputs.entries()),
    forwardFunc: (_, save) => {
      const { values, saved } = forward();
      names = Object.keys(saved);
      save(Object.values(saved));
      return [...values];
    },
    backwardsFunc: (dys, kept) => {
      const saved = Object.fromEntries(names.map((name, i) => [name, kept[i]])) as Saved;
      const gradients = tf.tidy(() => backward(dys as unknown as readonly [Out, Out], saved));
      tf.dispose([...dys, ...kept]);
      return Object.fromEntries(gradients.map((gradient, i) => [i, () => gradient]));
    },
  });
  return outputs as [Out, Out];
}
