/** Cases of headCrossEntropy: rows not scored, few rows and more, packed heads, and a head of more classes than are computed at once. */
import * as tf from "@tensorflow/tfjs";
import { frozenLinear } from "../frozenLinear.ts";
import { noise, noiseInput, type OpCase } from "../testing/opCase.ts";
import { headCrossEntropyForward, headCrossEntropyGradient } from "./headCrossEntropy.reference.ts";
import { CLASSES_AT_ONCE, headCrossEntropy } from "./headCrossEntropy.ts";

interface Sizes {
  readonly classes: number;
  readonly width: number;
  /** Values that float16 has, which makes the head a packed one. */
  readonly packed?: "float16" | "bfloat16";
}

function headCase(targets: readonly number[], { classes, width, packed }: Sizes): OpCase {
  const rows = targets.length;
  const values = noise(classes * width, "head").map((value) => (packed ? Math.round(8 * value) / 8 : value));
  // bfloat16 has it, float16 has not.
  if (packed === "bfloat16") values[0] = 2 ** -30;
  const head = { rows: classes, cols: width, data: values };
  return {
    name: `targets [${targets}], head [${classes}, ${width}]${packed ? ` in ${packed}` : ""}`,
    inputs: [noiseInput([rows, width], "hidden")],
    op: () => {
      const weight = { shape: [classes, width], data: Float32Array.from(values) };
      const frozen = frozenLinear(weight, { bias: null, stored: "out-in", precision: "exact" });
      return ([hidden]) => headCrossEntropy(hidden!.as2D(rows, width), frozen, tf.tensor1d([...targets], "int32"));
    },
    reference: ([hidden]) => headCrossEntropyForward({ rows, cols: width, data: hidden! }, head, targets),
    gradients: ([hidden], dy) => [headCrossEntropyGradient({ rows, cols: width, data: hidden! }, head, targets, dy)],
  };
}

export const headCrossEntropyCases: readonly OpCase[] = [
  headCase([1], { classes: 2, width: 1 }),
  headCase([4, -1, 0, 6, -1], { classes: 7, width: 5 }),
  headCase([3, 39, 12, -1, 0, 7], { classes: 40, width: 12, packed: "float16" }),
  headCase([3, 39, 12, -1, 0, 7], { classes: 40, width: 12, packed: "bfloat16" }),
];

/** Parts of every kind: targets in the first, the second and the ragged last one. Too many for finite differences. */
export const wideHeadCrossEntropyCases: readonly OpCase[] = [
  headCase([5, CLASSES_AT_ONCE, 2 * CLASSES_AT_ONCE + 2, -1, CLASSES_AT_ONCE - 1, 4100], {
    classes: 2 * CLASSES_AT_ONCE + 3,
    width: 8,
  }),
  headCase([CLASSES_AT_ONCE + 7, 1], { classes: CLASSES_AT_ONCE + 8, width: 12, packed: "bfloat16" }),
];
