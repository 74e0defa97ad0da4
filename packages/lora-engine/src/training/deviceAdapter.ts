/** Moving an adapter between host memory and the backend. */

import { factorAKey, factorBKey, isPrototypes } from "@duet/lora-core/adapters/adapterLayout";
import type { FusionWeights } from "@duet/lora-core/fusion/adaFusion";
import { groupOf, labelWeights, type Mix } from "@duet/lora-core/fusion/mix";
import type { HostTensor, NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import * as tf from "@tensorflow/tfjs";
import type { DeviceAdapter } from "../models/languageModel.ts";
import type { LoraFactors } from "../ops/loraLinear/loraUpdate.ts";

/** A {@link DeviceAdapter} whose tensors belong to the caller. */
export interface OwnedAdapter extends DeviceAdapter {
  /** The factors as variables, in layout order, when made for training; else empty. */
  readonly variables: readonly tf.Variable[];
  dispose(): void;
}

interface UploadOptions {
  readonly scale: number;
  /** Makes variables, which an optimiser can assign to. */
  readonly trainable: boolean;
}

/** Copies an adapter to the backend. The caller disposes it. */
export function uploadAdapter(tensors: NamedTensors, { scale, trainable }: UploadOptions): OwnedAdapter {
  const factors = new Map<string, LoraFactors>();
  const all: tf.Tensor[] = [];
  let labels: tf.Tensor2D | null = null;
  const upload = (key: string): tf.Tensor2D => {
    const host = tensors.get(key);
    if (!host) throw new RangeError(`uploadAdapter: ${key} is missing`);
    // The backend may keep the array it is given, and adapters on the host are read-only: hand over a copy.
    const made = tf.tensor2d(host.data.slice(), host.shape as [number, number]);
    const tensor = trainable ? tf.variable(made, true) : made;
    if (trainable) made.dispose();
    all.push(tensor);
    return tensor as tf.Tensor2D;
  };
  for (const key of tensors.keys()) {
    const module = moduleOf(key);
    if (module !== null) factors.set(module, { a: upload(key), b: upload(factorBKey(module)) });
    else if (isPrototypes(key)) labels = upload(key);
  }
  return {
    scale,
    factors,
    ...(labels ? { labels } : {}),
    variables: trainable ? (all as tf.Variable[]) : [],
    dispose: () => tf.dispose(all),
  };
}

export interface WeightedAdapter {
  readonly adapter: DeviceAdapter;
  readonly weight: number;
}

/**
 * The sum of weight * adapter as one adapter, stacked along the rank. Gradients reach every factor.
 * Call inside tf.tidy or tf.variableGrads; the tensors are freed with it, or are those of the only adapter.
 */
export function sumOnDevice(first: WeightedAdapter, ...others: readonly WeightedAdapter[]): DeviceAdapter {
  const all = [first, ...others];
  const factors = new Map<string, LoraFactors>();
  for (const module of new Set(all.flatMap(({ adapter }) => [...adapter.factors.keys()]))) {
    const parts = all.flatMap(({ adapter, weight }) => {
      const own = adapter.factors.get(module);
      return own ? [weight === 1 ? own : { a: own.a, b: tf.mul<tf.Tensor2D>(own.b, weight) }] : [];
    });
    factors.set(module, stacked(parts));
  }
  const labels = all.flatMap(({ adapter, weight }) => (adapter.labels ? [{ of: adapter.labels, weight }] : []));
  return { scale: first.adapter.scale, factors, ...labelsOf(labels) };
}

/** The adapter that a {@link Mix} is; null where it is the base alone. Call inside tf.tidy, as {@link sumOnDevice}. */
export function mixOnDevice(personal: DeviceAdapter, shared: DeviceAdapter, mix: Mix): DeviceAdapter | null {
  const { scale } = personal;
  const factors =
    mix.kind === "product" ? sumOfFactors(personal, shared, mix.weights) : mixOfFactors(personal, shared, mix.weights);
  const weights = labelWeights(mix);
  const labels = labelsOf([
    ...(personal.labels ? [{ of: personal.labels, weight: weights.personal }] : []),
    ...(shared.labels ? [{ of: shared.labels, weight: weights.shared }] : []),
  ]);
  return factors.size > 0 || labels.labels ? { scale, factors, ...labels } : null;
}

type Factors = DeviceAdapter["factors"];

function sumOfFactors(personal: DeviceAdapter, shared: DeviceAdapter, weights: FusionWeights): Factors {
  const parts = [
    { adapter: personal, weight: weights.personal },
    { adapter: shared, weight: weights.shared },
  ];
  const [first, ...others] = parts.filter(({ weight }) => weight !== 0);
  return first ? sumOnDevice(first, ...others).factors : new Map();
}

function mixOfFactors(personal: DeviceAdapter, shared: DeviceAdapter, weights: readonly FusionWeights[]): Factors {
  const factors = new Map<string, LoraFactors>();
  [...personal.factors].forEach(([module, own], index) => {
    const theirs = shared.factors.get(module);
    const pair = weights[groupOf(index, personal.factors.size, weights.length)];
    if (!theirs || !pair) throw new RangeError(`mixOnDevice: ${module} has no second adapter or no weights`);
    const a = weightedSum(own.a, theirs.a, pair);
    const b = weightedSum(own.b, theirs.b, pair);
    if (a && b) factors.set(module, { a, b });
  });
  return factors;
}

interface WeightedLabels {
  readonly of: tf.Tensor2D;
  readonly weight: number;
}

/** Label prototypes as updates are: added. */
function labelsOf(terms: readonly WeightedLabels[]): Pick<DeviceAdapter, "labels"> {
  const counting = terms.filter(({ weight }) => weight !== 0);
  const [first, ...others] = counting.map(({ of, weight }) => (weight === 1 ? of : tf.mul<tf.Tensor2D>(of, weight)));
  return first ? { labels: others.reduce((sum, labels) => tf.add<tf.Tensor2D>(sum, labels), first) } : {};
}

function stacked(parts: readonly LoraFactors[]): LoraFactors {
  const [only, ...others] = parts;
  if (!only) throw new RangeError("sumOnDevice: a module has no factors");
  if (others.length === 0) return only;
  return {
    a: tf.concat(
      parts.map(({ a }) => a),
      0,
    ),
    b: tf.concat(
      parts.map(({ b }) => b),
      1,
    ),
  };
}

/** w1 x + w2 y; null where both weights are 0. */
function weightedSum(x: tf.Tensor2D, y: tf.Tensor2D, { personal, shared }: FusionWeights): tf.Tensor2D | null {
  const terms = [
    { of: x, weight: personal },
    { of: y, weight: shared },
  ];
  const [first, second] = terms
    .filter(({ weight }) => weight !== 0)
    .map(({ of, weight }) => (weight === 1 ? of : tf.mul<tf.Tensor2D>(of, weight)));
  return first && second ? tf.add(first, second) : (first ?? null);
}

/** Reads the factors back, with the keys and order of `like`. */
export async function downloadAdapter(adapter: DeviceAdapter, like: NamedTensors): Promise<NamedTensors> {
  const read = async ([key, { shape }]: [string, HostTensor]): Promise<[string, HostTensor]> => {
    if (isPrototypes(key)) {
      if (!adapter.labels) throw new RangeError(`downloadAdapter: ${key} is missing`);
      return [key, { shape, data: Float32Array.from(await adapter.labels.data()) }];
    }
    const module = moduleOf(key) ?? key.slice(0, -factorBKey("").length);
    const factors = adapter.factors.get(module);
    if (!factors) throw new RangeError(`downloadAdapter: ${key} is missing`);
    const tensor = key === factorAKey(module) ? factors.a : factors.b;
    return [key, { shape, data: Float32Array.from(await tensor.data()) }];
  };
  return new Map(await Promise.all([...like].map(read)));
}

/** The module of an A key; null for any other. */
function moduleOf(key: string): string | null {
  const suffix = factorAKey("");
  return key.endsWith(suffix) ? key.slice(0, -suffix.length) : null;
}
