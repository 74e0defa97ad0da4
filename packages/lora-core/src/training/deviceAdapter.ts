/** Moving an adapter between host memory and the backend. */
import * as tf from "@tensorflow/tfjs";
import { factorAKey, factorBKey } from "../adapters/adapterLayout.ts";
import type { DeviceAdapter } from "../models/languageModel.ts";
import type { LoraFactors } from "../ops/loraLinear/loraUpdate.ts";
import type { HostTensor, NamedTensors } from "../tensors/namedTensors.ts";

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
  }
  return {
    scale,
    factors,
    variables: trainable ? (all as tf.Variable[]) : [],
    dispose: () => tf.dispose(all),
  };
}

/**
 * weight * trained + beside as one adapter, stacked along the rank, so that gradients reach the trained factors and nothing else.
 * Call inside tf.tidy or tf.variableGrads; the tensors are freed with it.
 */
export function sumOnDevice(trained: DeviceAdapter, weight: number, beside: DeviceAdapter | null): DeviceAdapter {
  if (!beside && weight === 1) return trained;
  const factors = new Map<string, LoraFactors>();
  for (const [module, { a, b }] of trained.factors) {
    const other = beside?.factors.get(module);
    const weighted = weight === 1 ? b : tf.mul<tf.Tensor2D>(b, weight);
    factors.set(module, other ? { a: tf.concat([a, other.a], 0), b: tf.concat([weighted, other.b], 1) } : { a, b: weighted });
  }
  return { scale: trained.scale, factors };
}

/** Reads the factors back, with the keys and order of `like`. */
export async function downloadAdapter(adapter: DeviceAdapter, like: NamedTensors): Promise<NamedTensors> {
  const read = async ([key, { shape }]: [string, HostTensor]): Promise<[string, HostTensor]> => {
    const module = moduleOf(key) ?? key.slice(0, -factorBKey("").length);
    const factors = adapter.factors.get(module);
    if (!factors) throw new RangeError(`downloadAdapter: ${key} is missing`);
    const tensor = key === factorAKey(module) ? factors.a : factors.b;
    return [key, { shape, data: Float32Array.from(await tensor.data()) }];
  };
  return new Map(await Promise.all([...like].map(read)));
}

/** The module of an A key; null for a B key. */
function moduleOf(key: string): string | null {
  const suffix = factorAKey("");
  return key.endsWith(suffix) ? key.slice(0, -suffix.length) : null;
}
