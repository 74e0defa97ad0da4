/** AdamW as an update of one variable after the other, with moments that are variables too. */
import * as tf from "@tensorflow/tfjs";
import type { AdamWKernel, Coefficients } from "./adamWKernel.ts";
import { assignHost, toHost } from "./hostCopies.ts";

/** A variable and its moments, none of which shares its values with another tensor. */
export interface Parameter {
  readonly value: tf.Variable;
  readonly m: tf.Variable;
  readonly v: tf.Variable;
}

export interface NumbersOfStep extends Coefficients {
  readonly factor: tf.Scalar;
}

/** `move` assigns the next values, or writes them where they lie. */
export function variableByVariable(move: (now: Parameter, gradient: tf.Tensor, numbers: NumbersOfStep) => void): AdamWKernel {
  return (variables) => {
    const zeros = (variable: tf.Variable) => tf.tidy(() => tf.variable(tf.zerosLike(variable), false));
    const parameters = variables.map((value) => ({ value, m: zeros(value), v: zeros(value) }));
    const first = parameters.map(({ m }) => m);
    const second = parameters.map(({ v }) => v);
    return {
      update(gradients, coefficients) {
        const numbers = { ...coefficients, factor: coefficients.factor ?? tf.scalar(1) };
        for (const [index, parameter] of parameters.entries()) {
          const gradient = gradients[index];
          if (gradient) move(parameter, gradient, numbers);
        }
      },
      async read() {
        const [m, v] = await Promise.all([toHost(first), toHost(second)]);
        return { first: m, second: v };
      },
      write(moments) {
        assignHost(first, moments.first);
        assignHost(second, moments.second);
      },
      dispose: () => tf.dispose([...first, ...second]),
    };
  };
}
