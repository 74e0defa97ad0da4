/** Clipping, sensitivity and noise of a private step, the same on every backend. */
import { gaussianNoise } from "@duet/lora-core/differentialPrivacy/gaussianNoise";
import type { BackendName } from "@duet/lora-core/protocol/metrics";
import { random } from "@duet/lora-core/tensors/random";
import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { useBackend } from "../../backends/testBackend.ts";
import { type PrivateGradientsOptions, privateGradients } from "../privateGradients.ts";

const CLIP = 0.7;
const ROWS = 12;
const SHAPES: readonly [number, number][] = [
  [3, 2],
  [4, 5],
];

type Row = readonly (readonly number[])[];
/** A gradient of every row in two tensors: their norms go from about 0.5 to 500. */
function anyRows(seed: number): readonly Row[] {
  const uniform = random(seed, "rows");
  return Array.from({ length: ROWS }, (_, i) => SHAPES.map(([a = 0, b = 0]) => [...gaussianNoise(a * b, 0.1 * 2 ** i, uniform)]));
}
const options: Omit<PrivateGradientsOptions<Row>, "rows"> = {
  gradientsOf: (rows) => ({
    loss: tf.scalar(rows.reduce((sum, row) => sum + (row[0]?.[0] ?? 0), 0) / rows.length),
    gradients: SHAPES.map((shape, i) =>
      tf.tensor3d(
        rows.flatMap((row) => [...(row[i] ?? [])]),
        [rows.length, ...shape],
      ),
    ),
  }),
  rowsAtOnce: 5,
  shapes: SHAPES,
  clip: CLIP,
  noiseMultiplier: 0,
  expectedRows: 1,
  uniform: random(1, "noise"),
  beforePass: async () => {},
};

async function gradientsOf(rows: readonly Row[], change: Partial<PrivateGradientsOptions<Row>> = {}): Promise<number[]> {
  const { gradients } = await privateGradients({ ...options, ...change, rows });
  const values = await Promise.all(gradients.map(async (gradient) => [...(await gradient.data())]));
  tf.dispose([...gradients]);
  return values.flat();
}
const norm = (values: readonly number[]) => Math.hypot(...values);
const minus = (a: readonly number[], b: readonly number[]) => a.map((value, i) => value - (b[i] ?? Number.NaN));

/** Registers the tests for one backend. */
export function testPrivateGradientsOn(backend: BackendName): void {
  describe(`private gradients on ${backend}`, () => {
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

    it("clips every row over all tensors together, and keeps what is short", async () => {
      for (const row of anyRows(2)) {
        const found = await gradientsOf([row]);
        const whole = row.flat();
        expect(norm(found)).toBeLessThanOrEqual(CLIP);
        // Its direction stays; its length too, unless it was above the clip.
        const factor = Math.min(1, CLIP / norm(whole));
        expect(
          norm(
            minus(
              found,
              whole.map((value) => value * factor),
            ),
          ),
        ).toBeLessThan(2e-4 * CLIP);
      }
    });

    it("clips over more tensors than a device binds at once", async () => {
      const shapes = Array.from({ length: 20 }, () => [2, 3] as const);
      const { gradients } = await privateGradients({
        ...options,
        rows: [[[1]], [[2]]],
        shapes,
        gradientsOf: (rows) => ({
          loss: tf.scalar(0),
          gradients: shapes.map((shape) => tf.ones<tf.Rank.R3>([rows.length, ...shape])),
        }),
      });
      const values = await Promise.all(gradients.map(async (gradient) => [...(await gradient.data())]));
      tf.dispose([...gradients]);
      expect(norm(values.flat())).toBeLessThanOrEqual(2 * CLIP);
      expect(norm(values.flat())).toBeGreaterThan(2 * CLIP * (1 - 2e-4));
    });

    it("moves the sum by at most the clip when any row goes", async () => {
      const rows = anyRows(3);
      const all = await gradientsOf(rows);
      for (const [i] of rows.entries()) {
        const without = await gradientsOf(rows.filter((_, other) => other !== i));
        // The sums of float32 numbers differ by rounding of sums as long as 12 clips.
        expect(norm(minus(all, without))).toBeLessThanOrEqual(CLIP + 1e-6);
      }
    });

    it("lets a row whose gradient is not finite add nothing, and still tells its loss's mean", async () => {
      const rows = anyRows(4);
      const poisoned = [
        [[Number.NaN, 0, 0, 0, 0, 0], Array.from({ length: 20 }, () => 1)],
        [Array.from({ length: 6 }, () => Number.POSITIVE_INFINITY), Array.from({ length: 20 }, () => 1)],
        [Array.from({ length: 6 }, () => 3e38), Array.from({ length: 20 }, () => 3e38)],
      ];
      expect(await gradientsOf([...rows, ...poisoned])).toEqual(await gradientsOf(rows));
    });

    it("adds noise of s C to every coordinate, over the expected rows, also to an empty sample", async () => {
      const size = 40_000;
      const [noiseMultiplier, expectedRows] = [1.3, 8];
      const found = await gradientsOf([], { shapes: [[size, 1]], noiseMultiplier, expectedRows });
      const variance = found.reduce((sum, value) => sum + value ** 2, 0) / size;
      // A standard error of sqrt(2 / n) = 0.7 %: six fail once in 5e8 runs (the seed is fixed), a factor of C or of the rows left out is far outside.
      expect(Math.abs(variance / ((noiseMultiplier * CLIP) / expectedRows) ** 2 - 1)).toBeLessThan(6 * Math.sqrt(2 / size));
      const again = await gradientsOf([], { shapes: [[size, 1]], noiseMultiplier, expectedRows });
      expect(norm(minus(found, again))).toBeGreaterThan(0.5 * norm(found));
    });
  });
}
