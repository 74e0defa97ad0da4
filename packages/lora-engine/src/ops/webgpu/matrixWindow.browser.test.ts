/** Matrices of more bytes than a kernel binds have the very rows, logits and losses of those that are bound whole. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { useBackend } from "../../backends/testBackend.ts";
import { linearOver, linearRows } from "../frozenLinear.ts";
import { disposeFrozenMatrix, type FrozenMatrix, frozenMatrix } from "../frozenMatrix/frozenMatrix.ts";
import { frozenRows } from "../frozenRows/frozenRows.ts";
import { CLASSES_AT_ONCE, headCrossEntropy } from "../headCrossEntropy/headCrossEntropy.ts";
import { LINEAR_KERNELS } from "../loraLinear/loraLinear.ts";
import { noise } from "../testing/opCase.ts";
import { boundParts, limitBindings, windowOf } from "./matrixWindow.ts";
import { webgpuBackend } from "./webgpuBackend.ts";

/** A head of two parts of classes, of which each can be bound and the head cannot. */
const ROWS = CLASSES_AT_ONCE + 84;
const WIDTH = 36;
const BOUND_ROWS = CLASSES_AT_ONCE + 68;

const INDICES = [ROWS - 1, 0, 17, ROWS - 1, CLASSES_AT_ONCE, CLASSES_AT_ONCE + 4, 63, 64, 2000];
const TARGETS = [3, -1, ROWS - 2, CLASSES_AT_ONCE, 2000];

beforeAll(async () => {
  await useBackend("webgpu");
});

async function results(matrix: FrozenMatrix) {
  const head = linearOver(matrix);
  const x = tf.tensor2d(Float32Array.from(noise(TARGETS.length * WIDTH, "x")), [TARGETS.length, WIDTH]);
  const targets = tf.tensor1d(TARGETS, "int32");
  const losses = (hidden: tf.Tensor) => headCrossEntropy(hidden.as2D(TARGETS.length, WIDTH), head, targets);
  const found = tf.tidy(() => ({
    rows: frozenRows(matrix, INDICES),
    logits: LINEAR_KERNELS.webgpu.frozenForward(x, head),
    some: LINEAR_KERNELS.webgpu.frozenForward(x, linearRows(head, 21, 40)),
    losses: losses(x),
    gradient: tf.grad(losses)(x),
  }));
  const values = await Promise.all(Object.values(found).map(async (tensor) => [...(await tensor.data())]));
  tf.dispose([Object.values(found), x, targets]);
  return values;
}

const plain = Float32Array.from(noise(ROWS * WIDTH, "weight"));

test.each([
  ["f32", "exact", plain],
  ["f16", "exact", plain.map((value) => Math.round(256 * value) / 256)],
  ["bf16", "exact", plain.map((value, i) => (i === 0 ? 2 ** -30 : Math.round(8 * value) / 8))],
  ["int8", "int8", plain],
  ["int4", "int4", plain],
] as const)("a matrix as %s", async (format, precision, data) => {
  const before = tf.memory().numTensors;
  const { device } = webgpuBackend();
  const matrix = frozenMatrix({ shape: [ROWS, WIDTH], data }, precision);
  expect(matrix.format).toBe(format);
  limitBindings(device, 2 ** 27);
  expect(boundParts(matrix)).toHaveLength(1);
  const whole = await results(matrix);
  limitBindings(device, 4 * matrix.stored.shape[1] * BOUND_ROWS);
  expect(boundParts(matrix)).toHaveLength(2);
  expect(() => windowOf(matrix)).toThrow(`cannot bind ${ROWS} rows`);
  expect(await results(matrix)).toEqual(whole);
  expect(whole.flat().every(Number.isFinite)).toBe(true);
  disposeFrozenMatrix(matrix);
  expect(tf.memory().numTensors).toBe(before);
});
