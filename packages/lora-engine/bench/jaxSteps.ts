/** Times LoRA training steps in jax-js: loss, gradients and AdamW in one compiled function, and the loss read back. */
import { type Device, defaultDevice, init, jit, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import { type JaxAdapted, type JaxArrays, jaxArrays, jaxZeros, kept } from "./jaxLayers.ts";
import { ADAPTER_SCALE, LEARNING_RATE, type Measured, type StepOptions, summary } from "./measureSteps.ts";

export interface JaxModel {
  /** The frozen base and the batch, which no gradient is asked for. */
  readonly constants: JaxArrays;
  readonly loss: (adapted: JaxAdapted) => np.Array;
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** Starts a backend of jax-js; false where it has none of that name. */
export async function startJax(device: "wasm" | "webgpu"): Promise<boolean> {
  const started = await init(device).catch((): Device[] => []);
  if (!started.includes(device)) return false;
  defaultDevice(device);
  return true;
}

/** Trains a copy of the adapter on the one batch again and again. */
export async function measureJaxSteps({ constants, loss }: JaxModel, options: StepOptions): Promise<Measured> {
  const step = jit((adapter: JaxArrays, m: JaxArrays, v: JaxArrays, rate: np.Array, frozen: JaxArrays) => {
    const graded = valueAndGrad((a: JaxArrays, weights: JaxArrays) => {
      const value = loss({ adapter: a, weights, scale: ADAPTER_SCALE });
      tree.dispose(a);
      tree.dispose(weights);
      return value;
    });
    const [value, gradients] = graded(tree.ref(adapter), frozen);
    return { value, ...adamW(adapter, m, v, gradients, rate) };
  });
  let adapter = jaxArrays(options.adapter);
  let m = jaxZeros(adapter);
  let v = jaxZeros(adapter);
  const answers: number[] = [];
  const times: number[] = [];
  for (let index = 0; index < options.warmUp + options.measured; index++) {
    const start = performance.now();
    const correction = Math.sqrt(1 - BETA2 ** (index + 1)) / (1 - BETA1 ** (index + 1));
    const rates = np.array([LEARNING_RATE * correction, EPSILON * Math.sqrt(1 - BETA2 ** (index + 1))]);
    const next = step(adapter, m, v, rates, tree.ref(constants));
    ({ adapter, m, v } = next);
    answers.push((await next.value.data())[0] ?? Number.NaN);
    times.push(performance.now() - start);
  }
  for (const arrays of [adapter, m, v, constants]) tree.dispose(arrays);
  step.dispose();
  return summary(options, { answers, times, peakBytes: null, dispatches: null });
}

/** The loss alone, of the adapter as it is. */
export async function measureJaxForward({ constants, loss }: JaxModel, options: StepOptions): Promise<Measured> {
  const forward = jit((adapter: JaxArrays, weights: JaxArrays) => {
    const value = loss({ adapter, weights, scale: ADAPTER_SCALE });
    tree.dispose(adapter);
    tree.dispose(weights);
    return value;
  });
  const adapter = jaxArrays(options.adapter);
  const answers: number[] = [];
  const times: number[] = [];
  for (let index = 0; index < options.warmUp + options.measured; index++) {
    const start = performance.now();
    answers.push((await forward(tree.ref(adapter), tree.ref(constants)).data())[0] ?? Number.NaN);
    times.push(performance.now() - start);
  }
  for (const arrays of [adapter, constants]) tree.dispose(arrays);
  forward.dispose();
  return summary(options, { answers, times, peakBytes: null, dispatches: null });
}

/** `rate` holds the bias-corrected learning rate and epsilon. */
function adamW(adapter: JaxArrays, m: JaxArrays, v: JaxArrays, gradients: JaxArrays, rate: np.Array) {
  const next = { adapter: {} as JaxArrays, m: {} as JaxArrays, v: {} as JaxArrays };
  for (const name of Object.keys(adapter)) {
    const gradient = kept(gradients, name);
    const first = kept(m, name)
      .mul(BETA1)
      .add(gradient.ref.mul(1 - BETA1));
    const second = kept(v, name)
      .mul(BETA2)
      .add(np.square(gradient).mul(1 - BETA2));
    const [size, epsilon] = np.split(rate.ref, 2);
    if (!size || !epsilon) throw new RangeError("unreachable: split in two");
    const move = first.ref.mul(size).div(np.sqrt(second.ref).add(epsilon));
    next.adapter[name] = kept(adapter, name).sub(move);
    next.m[name] = first;
    next.v[name] = second;
  }
  for (const arrays of [adapter, m, v, gradients]) tree.dispose(arrays);
  rate.dispose();
  return next;
}
