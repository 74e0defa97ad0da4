/**
 * The terms of a training step on the paper model with one module and x = (1, 0), so z_j = s b_j a_0. All steps are AdamW's first: it moves every factor that has a gradient by the
 * learning rate against the gradient's sign, and leaves the others alone.
 */

import { ALL_AT_ONCE } from "@duet/lora-core/architectures/stepMemory";
import { tensors, values } from "@duet/lora-core/strategies/conformance";
import { random } from "@duet/lora-core/tensors/random";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { useBackend } from "../backends/testBackend.ts";
import type { Example } from "../models/languageModel.ts";
import { paperModel, paperRow } from "./testing/paperModel.ts";
import { type PrivateSteps, type TrainingRun, trainAdapter } from "./trainAdapter.ts";

const SCALE = 2;
const RATE = 0.01;

const start = tensors([0.5, 0.25], [0.3, -0.2]);
const run: TrainingRun = {
  part: "all",
  weight: 1,
  beside: null,
  proximal: null,
  control: null,
  distill: null,
  balanced: false,
  steps: 1,
  scale: SCALE,
  dropout: 0,
  memory: ALL_AT_ONCE,
  config: { batchSize: 4, maxTokens: 8, learningRate: RATE, warmupSteps: 0, weightDecay: 0, clipNorm: 1000 },
  seed: 1,
  beforeStep: async () => {},
  onStep: () => {},
};

const softmax = (z: readonly number[]) => {
  const total = z.reduce((sum, value) => sum + Math.exp(value), 0);
  return z.map((value) => Math.exp(value) / total);
};
/** z of an adapter (a0, a1; b0, b1) at a weight. */
const z = ([a0 = 0, , b0 = 0, b1 = 0]: readonly number[], weight = 1) => [SCALE * weight * b0 * a0, SCALE * weight * b1 * a0];
const train = (examples: readonly Example[], change: Partial<TrainingRun>) =>
  trainAdapter(paperModel, examples, start, { ...run, ...change });

/** Where each of (a0, a1, b0, b1) went, in steps of the learning rate. */
async function moves(examples: readonly Example[], change: Partial<TrainingRun>): Promise<number[]> {
  const after = values((await train(examples, change)).adapter);
  return values(start).map((value, i) => Math.round(((after[i] ?? Number.NaN) - value) / RATE) + 0);
}

describe.each(["cpu", "wasm"] as const)("a training step on %s", (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  it("moves only the part that is trained", async () => {
    // Label 1: z_1 must rise, so b_1 rises, b_0 falls; a_0 falls because b_1 - b_0 < 0. x_1 = 0, so a_1 has no gradient.
    expect(await moves([paperRow(1)], {})).toEqual([-1, 0, -1, 1]);
    expect(await moves([paperRow(1)], { part: "a" })).toEqual([-1, 0, 0, 0]);
    expect(await moves([paperRow(1)], { part: "b" })).toEqual([0, 0, -1, 1]);
    await expect(train([paperRow(1)], { part: "body" })).rejects.toThrow(/no body to train/);
  });

  it("sums the trained adapter, weighted, with a frozen one beside it", async () => {
    const beside = tensors([2, 0], [-0.4, 0.9]);
    const total = z(values(start), 0.5).map((value, j) => value + (z(values(beside))[j] ?? 0));
    const { meanLoss, adapter } = await train([paperRow(1)], { weight: 0.5, beside });
    expect(meanLoss).toBeCloseTo(-Math.log(softmax(total)[1] ?? 0), 5);
    expect(values(adapter)).not.toEqual(values(start));
  });

  it("is pulled to the anchor of a proximal term, also where the loss has no gradient", async () => {
    const anchor = tensors([0.5, 1], [5, 5]);
    // mu (theta - anchor): nothing on a_0, -0.75 on a_1, and on B far stronger than the loss.
    expect(await moves([paperRow(1)], { proximal: { anchor, mu: 1 } })).toEqual([-1, 1, 1, 1]);
  });

  it("corrects gradients by c - c_i, and returns the mean of the gradients as they were", async () => {
    const [p0 = 0, p1 = 0] = softmax(z(values(start)));
    // Label 1: dL/dz = (p0, p1 - 1). d/da_0 = s (b_0 dz_0 + b_1 dz_1); d/db_j = s a_0 dz_j.
    const gradient = [SCALE * (0.3 * p0 - 0.2 * (p1 - 1)), 0, SCALE * 0.5 * p0, SCALE * 0.5 * (p1 - 1)];
    const common = tensors([0, -0.5], [-3, 0]);
    const { control } = await train([paperRow(1)], { control: { own: null, common } });
    values(control ?? new Map()).forEach((value, i) => {
      expect(value).toBeCloseTo(gradient[i] ?? Number.NaN, 5);
    });
    expect(await moves([paperRow(1)], { control: { own: null, common } })).toEqual([-1, 1, 1, 1]);
    // c_i = c cancels.
    expect(await moves([paperRow(1)], { control: { own: common, common } })).toEqual([-1, 0, -1, 1]);
  });

  it("clips the gradient that it steps along, with its correction", async () => {
    // c dwarfs the loss and stands on b_0 alone. Clipped to a norm of AdamW's epsilon (1e-8) its first step is half a rate; had the loss's
    // own gradient been clipped, what is left would dwarf epsilon and make it a whole one.
    const control = { own: null, common: tensors([0, 0], [1e6, 0]) };
    const { adapter } = await train([paperRow(1)], { control, config: { ...run.config, clipNorm: 1e-8 } });
    expect(((values(start)[2] ?? 0) - (values(adapter)[2] ?? 0)) / RATE).toBeCloseTo(0.5, 2);
  });

  it("adds weight T^2 KL(teacher | student) when it distils", async () => {
    const teacher = tensors([1, 0], [-1, 2]);
    const [weight, temperature] = [0.7, 2];
    const target = softmax(z(values(teacher)).map((value) => value / temperature));
    const student = softmax(z(values(start)).map((value) => value / temperature));
    const divergence = target.reduce((sum, p, j) => sum + p * Math.log(p / (student[j] ?? 0)), 0);
    const expected = -Math.log(softmax(z(values(start)))[0] ?? 0) + weight * temperature ** 2 * divergence;
    const { meanLoss } = await train([paperRow(0)], { distill: { teacher, weight, temperature } });
    expect(meanLoss).toBeCloseTo(expected, 5);
    // The teacher is for 1, and outweighs the label.
    expect(await moves([paperRow(0)], { distill: { teacher, weight: 5, temperature } })).toEqual([-1, 0, -1, 1]);
  });

  it("adds the logarithm of the class counts when it balances", async () => {
    // Three rows of label 0, one of label 1; all four in the batch.
    const rows = [paperRow(0), paperRow(0), paperRow(0), paperRow(1)];
    const [p0 = 0, p1 = 0] = softmax(z(values(start)).map((value, j) => value + Math.log(j === 0 ? 3 : 1)));
    const { meanLoss } = await train(rows, { balanced: true });
    expect(meanLoss).toBeCloseTo(-(3 * Math.log(p0) + Math.log(p1)) / 4, 5);
  });

  describe("with differential privacy", () => {
    const rows = [paperRow(0), paperRow(1, 3), paperRow(1), paperRow(0, 2)];
    /** No noise to speak of, and everybody in every sample, unless changed. */
    const steps: PrivateSteps = {
      samplingRate: 1,
      clip: 100,
      noiseMultiplier: 1e-9,
      uniform: random(4, "privacy"),
      charge: async () => true,
    };

    it("comes to the same as without where nothing is clipped and nothing added", async () => {
      const plain = await train(rows, { steps: 3 });
      const found = await train(rows, { steps: 3, privacy: steps });
      expect(found.meanLoss).toBeCloseTo(plain.meanLoss ?? Number.NaN, 5);
      values(found.adapter).forEach((value, i) => {
        expect(value).toBeCloseTo(values(plain.adapter)[i] ?? Number.NaN, 4);
      });
      expect(found.tokens).toBe(12);
    });

    it("takes a step with noise alone where the sample is empty", async () => {
      const { adapter, tokens, meanLoss } = await train(rows, { privacy: { ...steps, samplingRate: 1e-12, noiseMultiplier: 1 } });
      expect({ tokens, meanLoss }).toEqual({ tokens: 0, meanLoss: 0 });
      // AdamW's first step moves every factor by the learning rate, the second of A too, which no row has a gradient for.
      const moved = values(adapter).map((value, i) => Math.abs(value - (values(start)[i] ?? 0)));
      for (const distance of moved) expect(distance).toBeCloseTo(RATE, 5);
    });

    it("asks before every step, and ends where the budget does", async () => {
      const asked: string[] = [];
      let left = 2;
      const charge = async () => {
        asked.push(`charge ${left}`);
        return left-- > 0;
      };
      const found = await train(rows, { steps: 5, privacy: { ...steps, charge }, onStep: (done) => asked.push(`step ${done}`) });
      expect(asked).toEqual(["charge 2", "step 1", "charge 1", "step 2", "charge 0"]);
      expect(values(found.adapter)).not.toEqual(values(start));
      const none = await train(rows, {
        steps: 5,
        privacy: { ...steps, charge: async () => false },
        control: { own: null, common: null },
      });
      expect(values(none.adapter)).toEqual(values(start));
      expect(none).toMatchObject({ meanLoss: null, control: null, tokens: 0 });
    });

    it("has noise in the control variate too", async () => {
      const noisy = { ...steps, noiseMultiplier: 10, clip: 1 };
      const { control } = await train(rows, { privacy: noisy, control: { own: null, common: null } });
      // No row has a gradient there: what is, is noise.
      expect(Math.abs(values(control ?? new Map())[1] ?? 0)).toBeGreaterThan(1e-3);
    });

    it("refuses a loss that reads the counts of labels", async () => {
      await expect(train(rows, { privacy: steps, balanced: true })).rejects.toThrow("counts of labels");
    });

    it("does not tell of a row whose loss is not finite, and stops at an adapter that is not", async () => {
      const wild = [...rows, paperRow(1, 2 ** 30)];
      const { adapter } = await trainAdapter(paperModel, wild, tensors([0.5, 1e20], [0.3, -1e20]), { ...run, privacy: steps });
      expect(values(adapter).every(Number.isFinite)).toBe(true);
      const broken = { ...run, privacy: { ...steps, noiseMultiplier: 1e38 } };
      await expect(trainAdapter(paperModel, rows, start, broken)).rejects.toMatchObject({ code: "LOSS_NOT_FINITE" });
    });
  });

  it("frees everything", async () => {
    const before = tf.memory().numTensors;
    const anchor = tensors([0, 1], [1, 1]);
    await train([paperRow(0)], {
      beside: anchor,
      proximal: { anchor, mu: 1 },
      control: { own: anchor, common: anchor },
      distill: { teacher: anchor, weight: 1, temperature: 1 },
      balanced: true,
    });
    const privacy = { samplingRate: 1, clip: 1, noiseMultiplier: 1, uniform: random(1, "privacy"), charge: async () => true };
    await train([paperRow(0), paperRow(1)], { steps: 2, beside: anchor, proximal: { anchor, mu: 1 }, privacy });
    expect(tf.memory().numTensors).toBe(before);
  });
});
