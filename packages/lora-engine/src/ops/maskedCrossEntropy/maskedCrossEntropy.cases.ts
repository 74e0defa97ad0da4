/** Cases of maskedCrossEntropy: two classes, rows not scored, logits far from zero. */
import * as tf from "@tensorflow/tfjs";
import { noiseInput, type OpCase } from "../testing/opCase.ts";
import { crossEntropyForward, crossEntropyGradient } from "./maskedCrossEntropy.reference.ts";
import { maskedCrossEntropy } from "./maskedCrossEntropy.ts";

function crossEntropyCase(targets: readonly number[], classes: number, size = 1): OpCase {
  const { shape, data } = noiseInput([targets.length, classes], "logits");
  return {
    name: `targets [${targets}] of ${classes}, logits of size ${size}`,
    inputs: [{ shape, data: data.map((value) => Math.fround(size * value)) }],
    op:
      () =>
      ([logits]) =>
        maskedCrossEntropy(logits!.as2D(targets.length, classes), tf.tensor1d([...targets], "int32")),
    reference: ([logits]) => crossEntropyForward(logits!, targets),
    gradients: ([logits], dy) => [crossEntropyGradient(logits!, targets, dy)],
  };
}

export const maskedCrossEntropyCases: readonly OpCase[] = [
  crossEntropyCase([1], 2),
  crossEntropyCase([4, -1, 0, 6, -1], 7),
  crossEntropyCase([0, 12, 3], 13, 30),
  crossEntropyCase([99, -1, 42], 100, 10),
];
