/**
 * AdamW (Loshchilov and Hutter 2017, arXiv:1711.05101, algorithm 2; bias correction as Kingma and Ba, arXiv:1412.6980):
 *   m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2
 *   theta = theta - rate * weightDecay * theta - rate * (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)
 * The moments live on the backend, next to the variables.
 */

import { type HostTensor, sizeOf } from "@duet/lora-core/tensors/namedTensors";
import * as tf from "@tensorflow/tfjs";
import { chooseKernel } from "../ops/kernelChoice.ts";
import { composedAdamW } from "./adamW.composed.ts";
import { wasmAdamW } from "./adamW.wasm.ts";
import { webgpuAdamW } from "./adamW.webgpu.ts";
import type { HostMoments, Moments } from "./adamWKernel.ts";

export interface AdamWOptions {
  readonly weightDecay: number;
  /** Of every variable, times the learning rate. Left out: 1. */
  readonly rates?: readonly number[];
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/** The optimiser's memory on the host, in the order of the variables, to go on later as if nothing had happened. */
export interface AdamWState extends HostMoments {
  /** t, steps taken. */
  readonly steps: number;
}

export interface AdamW {
  /**
   * One step; `gradients` are in the order of the variables and stay the caller's. `factor` multiplies all of them, see
   * clipFactor. Nothing is read back.
   */
  apply(gradients: readonly tf.Tensor[], learningRate: number, factor?: tf.Scalar): void;
  exportState(): Promise<AdamWState>;
  /** @throws {RangeError} when the moments do not have the variables' shapes. */
  importState(state: AdamWState): void;
  /** Frees the moments; the variables stay. */
  dispose(): void;
}

/** Moments start at zero. The variables belong to the caller and are assigned in place. */
export function createAdamW(variables: readonly tf.Variable[], options: AdamWOptions): AdamW {
  const { weightDecay, rates, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  const groups = rateGroups(variables, rates ?? []);
  let steps = 0;

  return {
    apply(gradients, learningRate, factor) {
      if (gradients.length !== variables.length) {
        throw new RangeError(`AdamW: ${gradients.length} gradients for ${variables.length} variables`);
      }
      steps++;
      const numbers = {
        beta1,
        beta2,
        epsilon,
        spread: 1 / Math.sqrt(1 - beta2 ** steps),
      };
      tf.tidy(() => {
        for (const { rate, places, moments } of groups) {
          const own = learningRate * rate;
          const step = { keep: 1 - own * weightDecay, rate: own / (1 - beta1 ** steps) };
          moments.update(at(gradients, places), { ...numbers, ...step, factor: factor ?? null });
        }
      });
    },
    async exportState() {
      const parts = await Promise.all(groups.map(({ moments }) => moments.read()));
      const [first, second] = [parts.map(({ first }) => first), parts.map(({ second }) => second)];
      return { steps, first: inOrder(groups, first), second: inOrder(groups, second) };
    },
    importState(state) {
      assertFits(variables, state.first);
      assertFits(variables, state.second);
      steps = state.steps;
      for (const { places, moments } of groups) {
        moments.write({ first: at(state.first, places), second: at(state.second, places) });
      }
    },
    dispose() {
      for (const { moments } of groups) moments.dispose();
    },
  };
}

/** Variables of one rate, by their places. */
interface RateGroup {
  readonly rate: number;
  readonly places: readonly number[];
  readonly moments: Moments;
}

function rateGroups(variables: readonly tf.Variable[], rates: readonly number[]): readonly RateGroup[] {
  const momentsOf = chooseKernel({ composed: composedAdamW, wasm: wasmAdamW, webgpu: webgpuAdamW });
  const rateOf = (place: number) => rates[place] ?? 1;
  const all = variables.map((_, place) => place);
  return [...new Set(all.map(rateOf))].map((rate) => {
    const places = all.filter((place) => rateOf(place) === rate);
    return { rate, places, moments: momentsOf(at(variables, places)) };
  });
}

function at<T>(items: readonly T[], places: readonly number[]): readonly T[] {
  return places.map((place) => items[place] as T);
}

/** What every group has, in the order of all variables. */
function inOrder<T>(groups: readonly RateGroup[], parts: readonly (readonly T[])[]): readonly T[] {
  const placed = groups.flatMap(({ places }, group) =>
    places.map((place, index) => [place, parts[group]?.[index] as T] as const),
  );
  return placed.toSorted(([a], [b]) => a - b).map(([, item]) => item);
}

function assertFits(variables: readonly tf.Variable[], moments: readonly HostTensor[]): void {
  const fits = (shape: readonly number[], moment: HostTensor | undefined) =>
    moment?.shape.join() === shape.join() && moment.data.length === sizeOf(shape);
  if (moments.length === variables.length && variables.every(({ shape }, index) => fits(shape, moments[index]))) return;
  const list = (shapes: readonly { readonly shape: readonly number[] }[]) => shapes.map(({ shape }) => `[${shape}]`).join(", ");
  throw new RangeError(`AdamW: the moments have shapes ${list(moments)}, expected ${list(variables)}`);
}
