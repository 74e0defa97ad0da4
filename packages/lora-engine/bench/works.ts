/** Times what needs no gradients, on the current TF.js backend. */

import { meanLoss } from "@duet/lora-core/fusion/adaFusion";
import { searchFusion } from "@duet/lora-core/fusion/searchFusion";
import * as tf from "@tensorflow/tfjs";
import type { DeviceAdapter, TaskModel } from "../src/models/languageModel.ts";
import { uploadAdapter } from "../src/training/deviceAdapter.ts";
import { createFusionLosses } from "../src/training/fusionLosses.ts";
import { ADAPTER_SCALE, type Loss, type Measured, measureRuns, readBack, type StepOptions } from "./measureSteps.ts";
import type { Subject } from "./subjects.ts";

/** FDLoRA's usual number of candidates. */
export const SEARCH_EVALUATIONS = 12;
const SEARCH = {
  kind: "factor",
  objective: "error",
  maxEvaluations: SEARCH_EVALUATIONS,
  l1: 0,
  confidence: 0,
  bound: 1.5,
} as const;

/** The batch's mean loss. */
export function measureForward(loss: Loss, options: StepOptions): Promise<Measured> {
  return withAdapter(options, (adapter) => readBack(tf.tidy(() => loss(options.batch, adapter))));
}

/** Every row scored as the product does; answers the mean loss. */
export function measureScoring(task: TaskModel, options: StepOptions): Promise<Measured> {
  return withAdapter(options, async (adapter) => [meanLoss(await task.score(options.batch, adapter))]);
}

/** A search on the batch, both adapters' upload included; answers the lowest loss that was found. */
export function measureSearch(task: TaskModel, subject: Subject): Promise<Measured> {
  const held = { personal: subject.adapter, shared: subject.secondAdapter, merged: null };
  return measureRuns(async () => {
    const losses = createFusionLosses(task, subject.batch, held, { scale: ADAPTER_SCALE });
    const found: number[] = [];
    await searchFusion(SEARCH, async (mix) => {
      const candidate = await losses.of(mix);
      found.push(meanLoss(candidate));
      return candidate;
    });
    losses.dispose();
    return [Math.min(...found)];
  }, subject);
}

/** Uploads the adapter once for all runs. */
async function withAdapter(options: StepOptions, run: (adapter: DeviceAdapter) => Promise<readonly number[]>): Promise<Measured> {
  const adapter = uploadAdapter(options.adapter, { scale: ADAPTER_SCALE, trainable: false });
  try {
    return await measureRuns(() => run(adapter), options);
  } finally {
    adapter.dispose();
  }
}
