/** What a step adds to the gradients of the loss: the pull of a proximal term, and SCAFFOLD's control variates. */

import { zerosLike } from "@duet/lora-core/tensors/arithmetic";
import type { HostTensor, NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import * as tf from "@tensorflow/tfjs";
import { assignHost, toHost } from "../optim/hostCopies.ts";

export interface ProximalTerm {
  readonly anchor: NamedTensors;
  readonly mu: number;
}

/** c_i and c; null is zero, where none was made yet. */
export interface ControlTerm {
  readonly own: NamedTensors | null;
  readonly common: NamedTensors | null;
}

/** Sums of the gradients as they came in, in the order of the variables, over so many steps; no sums where there is no control term. */
export interface GradientSums {
  readonly steps: number;
  readonly sums: readonly HostTensor[];
}

export interface GradientTerms {
  /** Gradients in the order of the variables, which stay the caller's; the result belongs to the surrounding tidy. */
  apply(gradients: readonly tf.Tensor[]): tf.Tensor[];
  /** Mean over the steps of the gradients as they came in, with the layout of `like`; null where there is no control term. */
  meanGradient(like: NamedTensors): Promise<NamedTensors | null>;
  exportSums(): Promise<GradientSums>;
  importSums(state: GradientSums): void;
  dispose(): void;
}

type Terms = { readonly proximal: ProximalTerm | null; readonly control: ControlTerm | null };

/**
 *   g + mu (theta - anchor)     FedProx, Ditto, FedAMP
 *   g - c_i + c                 SCAFFOLD
 * The terms live on the backend until disposed.
 */
export function createGradientTerms(variables: ReadonlyMap<string, tf.Variable>, { proximal, control }: Terms): GradientTerms {
  const onDevice = (tensors: NamedTensors | null) => [...variables.keys()].map((key) => upload(tensors?.get(key)));
  const anchors = proximal ? onDevice(proximal.anchor) : [];
  const own = control ? onDevice(control.own) : [];
  const common = control ? onDevice(control.common) : [];
  const sums = control ? [...variables.values()].map((v) => tf.tidy(() => tf.variable(tf.zerosLike(v), false))) : [];
  let steps = 0;
  return {
    apply(gradients) {
      steps++;
      return [...variables.values()].map((variable, i) => {
        let gradient = gradients[i] as tf.Tensor;
        sums[i]?.assign(tf.add(sums[i], gradient));
        const anchor = anchors[i];
        if (anchor && proximal) gradient = tf.add(gradient, tf.mul(tf.sub(variable, anchor), proximal.mu));
        const [minus, plus] = [own[i], common[i]];
        if (minus) gradient = tf.sub(gradient, minus);
        return plus ? tf.add(gradient, plus) : gradient;
      });
    },
    async meanGradient(like) {
      if (!control) return null;
      const totals = await toHost(sums);
      const means = [...variables.keys()].map((key, i): [string, HostTensor] => {
        const data = Float32Array.from(totals[i]?.data ?? [], (sum) => sum / steps);
        return [key, { shape: like.get(key)?.shape ?? [], data }];
      });
      return new Map([...zerosLike(like), ...means]);
    },
    exportSums: async () => ({ steps, sums: await toHost(sums) }),
    importSums(state) {
      steps = state.steps;
      assignHost(sums, state.sums);
    },
    dispose: () => tf.dispose([...anchors, ...own, ...common, ...sums].filter((tensor) => tensor !== null)),
  };
}

/** Null where there is nothing: nothing is added then. */
function upload(host: HostTensor | undefined): tf.Tensor | null {
  return host ? tf.tensor(host.data.slice(), [...host.shape]) : null;
}
