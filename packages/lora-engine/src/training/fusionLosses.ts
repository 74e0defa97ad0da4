/**
 * The loss of the true answers on a client's fusion rows, under a mix of its two adapters: what the fusion search judges by. Rows are
 * sorted into batches once, the adapters lie on the backend and are mixed there, and the anchor (0, 0) computes no adapter at all.
 * Nothing more is shared between candidates: adapters sit on the first layer's first module, so only embeddings come before them.
 */

import type { ExampleLoss } from "@duet/lora-core/fusion/fusionObjective";
import type { Mix } from "@duet/lora-core/fusion/mix";
import type { HeldAdapters } from "@duet/lora-core/strategies/exchange";
import * as tf from "@tensorflow/tfjs";
import type { DeviceAdapter, Example, TaskModel } from "../models/languageModel.ts";
import { mixOnDevice, sumOnDevice, uploadAdapter } from "./deviceAdapter.ts";
import { type EachBatch, inBatches } from "./evaluateAdapter.ts";

export interface FusionLosses {
  /** Per row, in their order. */
  of(mix: Mix): Promise<readonly ExampleLoss[]>;
  /** Tokens that one candidate reads, padding not counted. */
  readonly tokens: number;
  dispose(): void;
}

interface FusionLossesOptions {
  readonly scale: number;
  readonly eachBatch?: EachBatch<Float32Array>;
}

/** The model and the adapters stay the caller's; the copies on the backend are freed by `dispose`. @throws {RangeError} without rows. */
export function createFusionLosses(
  model: Pick<TaskModel, "losses" | "choices">,
  rows: readonly Example[],
  held: Pick<HeldAdapters, "personal" | "shared" | "merged">,
  { scale, eachBatch = (compute) => compute() }: FusionLossesOptions,
): FusionLosses {
  const batches = inBatches(rows);
  const upload = (tensors: HeldAdapters["personal"]) => uploadAdapter(tensors, { scale, trainable: false });
  const personal = upload(held.personal);
  const shared = upload(held.shared);
  const merged = held.merged && upload(held.merged);

  /** What the forward pass sees. */
  function active(mix: Mix): DeviceAdapter | null {
    const adapter = mixOnDevice(personal, shared, mix);
    if (!adapter || !merged) return adapter ?? merged;
    return sumOnDevice({ adapter, weight: 1 }, { adapter: merged, weight: 1 });
  }

  return {
    async of(mix) {
      const found: ExampleLoss[] = new Array(rows.length);
      for (const { examples, places } of batches) {
        const values = await eachBatch(async () => {
          const losses = tf.tidy(() => model.losses(examples, active(mix), null));
          const read = Float32Array.from(await losses.data());
          losses.dispose();
          return read;
        });
        let next = 0;
        for (const [i, example] of examples.entries()) {
          const units = model.choices(example).length;
          const lossSum = values.subarray(next, next + units).reduce((sum, loss) => sum + loss, 0);
          found[places[i] ?? -1] = { lossSum, units };
          next += units;
        }
      }
      return found;
    },
    tokens: rows.reduce((sum, { tokens }) => sum + tokens.length, 0),
    dispose() {
      personal.dispose();
      shared.dispose();
      merged?.dispose();
    },
  };
}
