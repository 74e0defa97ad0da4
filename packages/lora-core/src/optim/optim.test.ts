import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import fixture from "../../fixtures/optim/adamw.json" with { type: "json" };
import { useBackend } from "../backends/testBackend.ts";
import { expectClose } from "../ops/testing/expectClose.ts";
import { type AdamW, createAdamW } from "./adamW.ts";
import { clipGlobalNorm } from "./clipGlobalNorm.ts";
import { valueAndGradients } from "./valueAndGradients.ts";
import { warmupSchedule } from "./warmupSchedule.ts";

type Values = { readonly a: number[]; readonly b: number[] };
type Parameters = ReadonlyMap<"a" | "b", tf.Variable>;

const learningRate = warmupSchedule(fixture);
const keys = ["a", "b"] as const;
const tensors = (values: Values) => new Map(keys.map((key) => [key, tf.tensor(values[key], fixture.shapes[key])]));
const start = (): Parameters =>
  tf.tidy(() => new Map(keys.map((key) => [key, tf.variable(tf.tensor(fixture.initial[key], fixture.shapes[key]))])));

/** One clipped step with the fixture's gradients. */
function take(adamW: AdamW, step: number): void {
  const { gradients } = fixture.steps[step] as (typeof fixture.steps)[number];
  tf.tidy(() => adamW.step(clipGlobalNorm(tensors(gradients), fixture.clipNorm).gradients, learningRate(step)));
}

async function expectParameters(parameters: Parameters, expected: Values, what: string): Promise<void> {
  for (const [key, parameter] of parameters) {
    expectClose(await parameter.data(), expected[key], { relative: 1e-6, absolute: 1e-6, what: `${key} ${what}` });
  }
}

describe.each(["cpu", "wasm"] as const)("optimiser on %s", (backend) => {
  let parameters: Parameters = new Map();
  let before = 0;
  beforeAll(async () => {
    await useBackend(backend);
  });
  beforeEach(() => {
    before = tf.memory().numTensors;
    parameters = start();
  });
  afterEach(() => {
    tf.dispose([...parameters.values()]);
    expect(tf.memory().numTensors).toBe(before);
  });

  test("AdamW with warm-up and clipping follows torch.optim.AdamW over eight steps to 1e-6", async () => {
    const adamW = createAdamW(parameters, { weightDecay: fixture.weightDecay });
    for (const [step, expected] of fixture.steps.entries()) {
      take(adamW, step);
      await expectParameters(parameters, expected.parameters, `after step ${step}`);
    }
    adamW.dispose();
  });

  test("going on from an exported state gives the same parameters as never having stopped", async () => {
    const first = createAdamW(parameters, { weightDecay: fixture.weightDecay });
    for (let step = 0; step < 3; step++) take(first, step);
    const state = await first.exportState();
    first.dispose();
    expect(state.steps).toBe(3);
    const second = createAdamW(parameters, { weightDecay: fixture.weightDecay });
    second.importState(state);
    for (let step = 3; step < 8; step++) take(second, step);
    await expectParameters(parameters, (fixture.steps[7] as (typeof fixture.steps)[number]).parameters, "after step 7");
    const flat = new Map([...state.firstMoments].map(([key, { data }]) => [key, { shape: [data.length], data }]));
    expect(() => second.importState({ ...state, firstMoments: flat })).toThrow("AdamW first moments: a has shape [12]");
    second.dispose();
  });

  test("without a gradient only the weight decay moves a parameter", async () => {
    const adamW = createAdamW(parameters, { weightDecay: 0.5 });
    tf.tidy(() => adamW.step(new Map([...parameters].map(([key, value]) => [key, tf.zerosLike(value)])), 0.1));
    const decayed = (values: number[]) => values.map((value) => value * 0.95);
    await expectParameters(parameters, { a: decayed(fixture.initial.a), b: decayed(fixture.initial.b) }, "decayed");
    expect(() => adamW.step(new Map(), 0.1)).toThrow("AdamW: there is no gradient of a");
    adamW.dispose();
  });

  test("clipping leaves small gradients alone and brings large ones to the given norm", async () => {
    const gradients = new Map<string, tf.Tensor>([
      ["a", tf.tensor1d([3, 0])],
      ["b", tf.tensor2d([[0, -4]])],
    ]);
    const clip = (maxNorm: number) =>
      tf.tidy(() => {
        const clipped = clipGlobalNorm(gradients, maxNorm);
        return tf.concat([...[...clipped.gradients.values()].map((gradient) => gradient.flatten()), clipped.norm.reshape([1])]);
      });
    const large = clip(2.5);
    const small = clip(10);
    expectClose(await large.data(), [1.5, 0, 0, -2, 5], { relative: 1e-6, absolute: 0 });
    expectClose(await small.data(), [3, 0, 0, -4, 5], { relative: 1e-6, absolute: 0 });
    tf.dispose([...gradients.values(), large, small]);
  });

  test("gradients come by key", async () => {
    const loss = () => tf.sum<tf.Scalar>(tf.square(parameters.get("b") ?? tf.scalar(0)));
    const { value, gradients } = valueAndGradients(loss, parameters);
    const doubled = fixture.initial.b.map((element) => 2 * element);
    expectClose((await gradients.get("b")?.data()) ?? [], doubled, { relative: 1e-6, absolute: 0 });
    tf.dispose([value, ...gradients.values()]);
  });
});

describe("warmupSchedule", () => {
  test("rises linearly, then stays", () => {
    const rates = [0, 1, 2, 3, 4, 50].map(warmupSchedule({ learningRate: 0.08, warmupSteps: 4 }));
    expectClose(rates, [0.02, 0.04, 0.06, 0.08, 0.08, 0.08], { relative: 1e-12, absolute: 0 });
  });

  test("without warm-up it is constant from the first step", () => {
    expect(warmupSchedule({ learningRate: 0.3, warmupSteps: 0 })(0)).toBe(0.3);
  });
});
