/** How fast a client's steps are here: a few of them, on its own rows, of an adapter that is thrown away. */
import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import type { StepSpeed } from "@duet/lora-core/contract/stepSpeed";
import { random } from "@duet/lora-core/tensors/random";
import type { Client } from "./client.ts";
import { withOwnRows } from "./ownRows.ts";
import { type PrivateSteps, trainAdapter } from "./trainAdapter.ts";
import { trainingSettings } from "./trainingSettings.ts";

/** Measures for about as long, at least one step and at most so many. */
const SECONDS = 1.5;
export const MOST_STEPS = 8;

/** The client stays as it is, and nothing of the steps is kept; `onStep` is called after each. @throws {DuetError} LOSS_NOT_FINITE. */
export async function measureSpeed(client: Client, onStep: () => void): Promise<StepSpeed> {
  const { setup, model, examples } = client;
  const start = await withOwnRows(client, client.held.shared);
  const take = async (steps: number) => {
    const began = performance.now();
    const { tokens } = await trainAdapter(model, examples.train, start, {
      ...{ part: "all", weight: 1, beside: null, proximal: null, control: null, distill: null, balanced: false },
      ...trainingSettings(setup),
      ...{ steps, seed: setup.seed, privacy: unpaid(setup, examples.train.length) },
      beforeStep: async () => {},
      onStep: () => onStep(),
    });
    return { tokens, seconds: (performance.now() - began) / 1000 };
  };
  // In the first one kernels are compiled and buffers made.
  await take(1);
  const one = await take(1);
  // What takes as long by itself is measured by it.
  const taken = one.seconds >= SECONDS ? one : await take(Math.min(MOST_STEPS, Math.max(1, Math.round(SECONDS / one.seconds))));
  const tokens = examples.train.reduce((sum, row) => sum + row.tokens.length, 0);
  return { ...taken, tokensPerRow: tokens / examples.train.length };
}

/** As slow as private steps are. No budget pays for them: what comes of them is thrown away, and no figure of it is told. */
function unpaid({ training: { privacy, batchSize } }: EngineSetup, rows: number): PrivateSteps | null {
  if (!privacy) return null;
  const uniform = random(0, "speed");
  return {
    samplingRate: Math.min(1, batchSize / rows),
    clip: privacy.clip,
    noiseMultiplier: 1,
    uniform,
    charge: async () => true,
  };
}
