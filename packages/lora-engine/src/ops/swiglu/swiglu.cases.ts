/** Cases of swiglu: one element and sizes that are no multiple of 4. */
import * as tf from "@tensorflow/tfjs";
import { noiseInput, type OpCase } from "../testing/opCase.ts";
import { swigluForward, swigluGradients } from "./swiglu.reference.ts";
import { swiglu } from "./swiglu.ts";

function swigluCase(rows: number, width: number): OpCase {
  return {
    name: `[${rows}, ${width}]`,
    inputs: [noiseInput([rows, width], "gate"), noiseInput([rows, width], "up")],
    op:
      () =>
      ([gate, up]) =>
        swiglu(tf.concat([gate!.as2D(rows, width), up!.as2D(rows, width)], 1)),
    reference: ([gate, up]) => swigluForward(gate!, up!),
    gradients: ([gate, up], dy) => swigluGradients(gate!, up!, dy),
  };
}

export const swigluCases: readonly OpCase[] = [swigluCase(1, 1), swigluCase(3, 7), swigluCase(9, 21), swigluCase(3, 24)];
