/** The same comparison with torch.optim.AdamW on every backend; values from fixtures/optim. */

import type { BackendName } from "@duet/lora-core/protocol/metrics";
import { rateFactor } from "@duet/lora-core/training/learningRate";
import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import fixture from "../../../fixtures/optim/adamw.json" with { type: "json" };
import { useBackend } from "../../backends/testBackend.ts";
import { expectClose } from "../../ops/testing/expectClose.ts";
import { type AdamW, createAdamW } from "../adamW.ts";
import { clipFactor } from "../clipByGlobalNorm.ts";

type Values = { readonly a: number[]; readonly b: number[] };

const factor = rateFactor(fixture, 1, null);
const learningRate = (step: number) => fixture.learningRate * factor(step);
const tensors = ({ a, b }: Values): tf.Tensor[] => [tf.tensor(a, fixture.shapes.a), tf.tensor(b, fixture.shapes.b)];
const startVariables = () => tf.tidy(() => tensors(fixture.initial).map((value) => tf.variable(value)));

/** One clipped step with the fixture's gradients. */
function take(adamW: AdamW, step: number): void {
  const { gradients } = fixture.steps[step] as (typeof fixture.steps)[number];
  tf.tidy(() => {
    const found = tensors(gradients);
    adamW.apply(found, learningRate(step), clipFactor(found, fixture.clipNorm));
  });
}

async function expectValues(variables: readonly tf.Tensor[], { a, b }: Values, what: string): Promise<void> {
  const values = await Promise.all(variables.map((variable) => variable.data()));
  expectClose([...values.flatMap((value) => [...value])], [...a, ...b], { relative: 1e-6, absolute: 1e-6, what });
}

/** Registers the tests for one backend. */
export function testOptimizerOn(backend: BackendName): void {
  describe(`optimiser on ${backend}`, () => {
    let before = 0;
    beforeAll(async () => {
      await useBackend(backend);
    });
    beforeEach(() => {
      before = tf.memory().numTensors;
    });
    afterEach(() => {
      expect(tf.memory().numTensors).toBe(before);
    });

    test("AdamW with warm-up and clipping follows torch.optim.AdamW over eight steps to 1e-6", async () => {
      const variables = startVariables();
      const adamW = createAdamW(variables, { weightDecay: fixture.weightDecay });
      for (const [step, { parameters }] of fixture.steps.entries()) {
        take(adamW, step);
        await expectValues(variables, parameters, `after step ${step}`);
      }
      adamW.dispose();
      tf.dispose(variables);
    });

    test("a variable with a rate of its own takes that many times the step", async () => {
      const variables = startVariables();
      const start = await Promise.all(variables.map((variable) => variable.data()));
      const adamW = createAdamW(variables, { weightDecay: 0, rates: [1, 0.5] });
      const plain = startVariables();
      const all = createAdamW(plain, { weightDecay: 0 });
      take(adamW, 0);
      take(all, 0);
      const moved = async (of: readonly tf.Tensor[], index: number) =>
        Array.from((await of[index]?.data()) ?? [], (value, i) => value - (start[index]?.[i] ?? 0));
      expectClose(await moved(variables, 0), await moved(plain, 0), { relative: 0, absolute: 0, what: "the first" });
      const half = (await moved(plain, 1)).map((step) => step / 2);
      expectClose(await moved(variables, 1), half, { relative: 1e-3, absolute: 1e-7, what: "the second" });
      for (const optimizer of [adamW, all]) optimizer.dispose();
      tf.dispose([...variables, ...plain]);
    });

    test("going on from an exported state gives the same parameters as never having stopped", async () => {
      const variables = startVariables();
      const first = createAdamW(variables, { weightDecay: fixture.weightDecay });
      for (let step = 0; step < 3; step++) take(first, step);
      const state = await first.exportState();
      first.dispose();
      expect(state.steps).toBe(3);
      const second = createAdamW(variables, { weightDecay: fixture.weightDecay });
      second.importState(state);
      for (let step = 3; step < 8; step++) take(second, step);
      await expectValues(variables, (fixture.steps[7] as (typeof fixture.steps)[number]).parameters, "after step 7");
      expect(() => second.importState({ ...state, first: [] })).toThrow("expected [3,4], [5,2]");
      second.dispose();
      tf.dispose(variables);
    });

    test("without a gradient only the weight decay moves a parameter", async () => {
      const variables = startVariables();
      const adamW = createAdamW(variables, { weightDecay: 0.5 });
      tf.tidy(() => adamW.apply(variables.map(tf.zerosLike), 0.1));
      const decayed = (values: number[]) => values.map((value) => value * 0.95);
      await expectValues(variables, { a: decayed(fixture.initial.a), b: decayed(fixture.initial.b) }, "decayed");
      expect(() => adamW.apply([], 0.1)).toThrow("AdamW: 0 gradients for 2 variables");
      adamW.dispose();
      tf.dispose(variables);
    });

    test("the factor leaves small gradients alone and brings large ones to the given norm", async () => {
      // Nine tensors of 36 elements in all, norm 6 x 1.5.
      const gradients = Array.from({ length: 9 }, (_, i) => tf.fill([4, 1], i % 2 ? 1.5 : -1.5));
      const factors = [4.5, 10].map((maxNorm) => clipFactor(gradients, maxNorm));
      const found = await Promise.all(factors.map(async (factor) => (await factor.data())[0] ?? 0));
      expectClose(found, [0.5, 1], { relative: 1e-6, absolute: 0 });
      tf.dispose([...gradients, ...factors]);
    });
  });
}
