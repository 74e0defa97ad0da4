/** AdaFusion and NGOpt on the same client: its personal and shared adapter, its fusion rows, as many evaluations. */

import { adapterScale } from "@duet/lora-core/adapters/adapterConfig";
import { adaFusion, type FusionWeights, fuse, meanLoss } from "@duet/lora-core/fusion/adaFusion";
import type { FusionConfig } from "@duet/lora-core/fusion/fusionConfig";
import { counted, type ExampleLoss } from "@duet/lora-core/fusion/fusionObjective";
import type { Example, Scored } from "@duet/lora-engine/models/languageModel";
import type { Client } from "@duet/lora-engine/training/client";
import { uploadAdapter } from "@duet/lora-engine/training/deviceAdapter";
import { evaluationOf, scoreExamples } from "@duet/lora-engine/training/evaluateAdapter";
import { ngOpt } from "./ngOpt.ts";

export interface SearchOutcome {
  readonly search: string;
  readonly budget: number;
  readonly weights: FusionWeights;
  /** What is searched for: the objective on the fusion rows and the penalty. */
  readonly objective: number;
  readonly testLoss: number;
  readonly accuracy: number;
}

/** An outcome, and of which client. */
export interface ClientOutcome extends SearchOutcome {
  readonly seed: number;
  readonly client: number;
}

export interface Comparison {
  readonly budgets: readonly number[];
  /** Of NGOpt's draws, if it makes any. */
  readonly seed: number;
  readonly python: string;
  /** Of the method the adapters come from; its budget and its confidence are varied. */
  readonly fusion: FusionConfig;
}

/** Every search at every budget. */
export async function compareSearches(client: Client, comparison: Comparison): Promise<readonly SearchOutcome[]> {
  const { budgets, seed, python, fusion } = comparison;
  const surface = surfaceOf(client, fusion);
  const outcomes: SearchOutcome[] = [];
  const note = async (search: string, budget: number, weights: FusionWeights) => {
    outcomes.push({ search, budget, weights, objective: await surface.objective(weights), ...(await surface.test(weights)) });
  };
  for (const budget of budgets) {
    for (const confidence of [0, 2]) {
      const { weights } = await adaFusion(surface.losses, { ...fusion, maxEvaluations: budget, confidence });
      await note(`AdaFusion, confidence ${confidence}`, budget, weights);
    }
    await note("NGOpt", budget, await ngOpt({ python, budget, bound: fusion.bound, seed }, surface.objective));
  }
  return outcomes;
}

/** The client's losses over the weights; no point is computed twice. */
function surfaceOf(client: Client, { l1, objective }: FusionConfig) {
  const { fusion, test } = client.examples;
  const losses = remembered(async (weights): Promise<readonly ExampleLoss[]> => {
    const found = await scored(client, fusion, weights);
    return found.map((example) => counted(objective, example));
  });
  return {
    losses,
    async objective(weights: FusionWeights): Promise<number> {
      return meanLoss(await losses(weights)) + (l1 * (Math.abs(weights.personal) + Math.abs(weights.shared))) / 2;
    },
    test: remembered(async (weights) => {
      const { task } = client.setup;
      const labels = task.kind === "label" ? task.labels.length : 0;
      const { loss, accuracy } = evaluationOf(await scored(client, test, weights), test, labels);
      return { testLoss: loss, accuracy: accuracy ?? 0 };
    }),
  };
}

function remembered<T>(at: (weights: FusionWeights) => Promise<T>): (weights: FusionWeights) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (weights) => {
    const key = `${weights.personal} ${weights.shared}`;
    const found = known.get(key) ?? at(weights);
    known.set(key, found);
    return found;
  };
}

async function scored(client: Client, rows: readonly Example[], weights: FusionWeights): Promise<readonly Scored[]> {
  const { personal, shared } = client.held;
  const options = { scale: adapterScale(client.setup.adapter), trainable: false };
  const adapter = uploadAdapter(fuse(personal, shared, weights), options);
  try {
    return await scoreExamples(client.model, rows, adapter);
  } finally {
    adapter.dispose();
  }
}
