/** Measures what a training step takes on the wasm backend: bytes of tensors, those inside kernels included. */

import { factorAKey, factorBKey } from "@duet/lora-core/adapters/adapterLayout";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import * as tf from "@tensorflow/tfjs";
import { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type { DeviceAdapter, Example, TaskModel } from "../../models/languageModel.ts";
import type { LoraFactors } from "../../ops/loraLinear/loraUpdate.ts";
import { createAdamW } from "../../optim/adamW.ts";
import { clipFactor } from "../../optim/clipByGlobalNorm.ts";

export interface WasmMeter {
  /** Bytes alive now. */
  live(): number;
  /** Most bytes alive at any time since the last call. */
  takePeak(): number;
}

/** Watches the current backend from now on; tf.memory() would count shared data twice. @throws {TypeError} when it is not wasm. */
export function createWasmMeter(): WasmMeter {
  const backend = tf.backend();
  if (!(backend instanceof BackendWasm)) throw new TypeError("The meter is for the wasm backend");
  const { dataIdMap } = backend;
  const bytesOf = (id: object) => {
    const { shape, dtype } = dataIdMap.get(id);
    return tf.util.sizeFromShape(shape) * tf.util.bytesPerElement(dtype);
  };
  let live = 0;
  let peak = 0;
  const set = dataIdMap.set.bind(dataIdMap);
  const remove = dataIdMap.delete.bind(dataIdMap);
  dataIdMap.set = (id, value) => {
    set(id, value);
    live += bytesOf(id);
    peak = Math.max(peak, live);
  };
  dataIdMap.delete = (id) => {
    live -= bytesOf(id);
    return remove(id);
  };
  return {
    live: () => live,
    takePeak() {
      const most = peak;
      peak = live;
      return most;
    },
  };
}

/** One AdamW step as trainAdapter.ts takes it, on a copy of `start`; everything is freed. */
export function takeTrainingStep(model: TaskModel, batch: readonly Example[], start: NamedTensors, recompute = false): void {
  const variables = new Map<string, tf.Variable<tf.Rank.R2>>();
  for (const [key, { shape, data }] of start) {
    const made = tf.tensor2d(data.slice(), [shape[0] ?? 0, shape[1] ?? 0]);
    variables.set(key, tf.variable<tf.Rank.R2>(made));
    made.dispose();
  }
  const factors = new Map<string, LoraFactors>();
  for (const key of variables.keys()) {
    const module = key.slice(0, -factorAKey("").length);
    const [a, b] = [variables.get(factorAKey(module)), variables.get(factorBKey(module))];
    if (a && b) factors.set(module, { a, b });
  }
  const adapter: DeviceAdapter = { scale: 2, factors };
  const all = [...variables.values()];
  const optimizer = createAdamW(all, { weightDecay: 0.01 });
  tf.tidy(() => {
    const { grads } = tf.variableGrads(() => model.loss(batch, adapter, { dropout: null, recompute }), all);
    const gradients = all.map((variable) => grads[variable.name] ?? tf.zerosLike(variable));
    optimizer.apply(gradients, 1e-3, clipFactor(gradients, 1));
  });
  optimizer.dispose();
  tf.dispose(all);
}
