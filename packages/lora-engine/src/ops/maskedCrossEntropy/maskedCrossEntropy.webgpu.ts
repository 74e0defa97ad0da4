/** maskedCrossEntropy.ts on WebGPU: softmax in one pass over the classes (Milakov and Gimelshein 2018, arXiv:1805.02867, algorithm 3). */
import * as tf from "@tensorflow/tfjs";
import { compute } from "../webgpu/compute.ts";
import { elementGroups, laneCount, lanesOf, perElement, perRow, rowGroups } from "../webgpu/wgsl.ts";
import type { MaskedCrossEntropyKernel } from "./maskedCrossEntropyKernel.ts";

/** Of these classes alone. */
const FIRST = `
      let logTotal = logOwn;
      var loss = logOwn;`;

/** Of those before, too. */
const MORE = `
      let before = logTotalsBefore[row];
      let logTotal = max(before, logOwn) + log(1.0 + exp(min(before, logOwn) - max(before, logOwn)));
      var loss = lossesBefore[row] + (logTotal - before);`;

export const webgpuMaskedCrossEntropy: MaskedCrossEntropyKernel = {
  forward(logits, targets, from, before) {
    const [rows, classes] = logits.shape;
    const { losses, logTotals } = compute({
      key: `crossEntropy ${before ? "more" : "first"}`,
      outputs: { losses: [[rows], "f32"], logTotals: [[rows], "f32"] },
      inputs: {
        logits: [logits, "f32"],
        targets: [targets, "i32"],
        ...(before && { lossesBefore: [before.losses, "f32"], logTotalsBefore: [before.logTotals, "f32"] }),
      },
      sizes: { rows, classes, first: from },
      workgroups: rowGroups(rows),
      source: () =>
        perRow(`
    let start = row * u.classes;
    // Every thread keeps the largest of its classes and the sum of exponentials relative to it.
    var own = logits[start];
    var sum = 0.0;
    for (var j = lane; j < u.classes; j += LANES) {
      let value = logits[start + j];
      let above = max(own, value);
      sum = sum * exp(own - above) + exp(value - above);
      own = above;
    }
    let top = highest(lane, own);
    let logOwn = top + log(total(lane, sum * exp(own - top)));
    if (lane == 0u) {
      ${before ? MORE : FIRST}
      let column = targets[row] - i32(u.first);
      if (column >= 0 && column < i32(u.classes)) { loss -= logits[start + u32(column)]; }
      losses[row] = select(0.0, loss, targets[row] >= 0);
      logTotals[row] = logTotal;
    }`),
    });
    if (before) tf.dispose([before.losses, before.logTotals]);
    return { losses: losses.as1D(), logTotals: logTotals.as1D() };
  },

  /** dy (softmax - onehot), 0 where not scored. */
  backward(dy, logits, targets, from, logTotals) {
    const lanes = lanesOf(logits.shape[1]);
    const width = laneCount(lanes);
    const count = logits.size / width;
    const { dLogits } = compute({
      key: `crossEntropy gradient ${lanes}`,
      outputs: { dLogits: [logits.shape, lanes] },
      inputs: { dy: [dy, "f32"], logits: [logits, lanes], targets: [targets, "i32"], logTotals: [logTotals, "f32"] },
      sizes: { count, width: logits.shape[1] / width, first: from },
      workgroups: elementGroups(count),
      source: () =>
        perElement(`
    let row = i / u.width;
    let wanted = targets[row] - i32(u.first + (i % u.width) * ${width}u);
    var residual = exp(logits[i] - logTotals[row]);
    ${width === 1 ? "if (wanted == 0) { residual -= 1.0; }" : "if (wanted >= 0 && wanted < 4) { residual[wanted] -= 1.0; }"}
    dLogits[i] = select(0.0, dy[row], targets[row] >= 0) * residual;`),
    });
    return dLogits.as2D(...logits.shape);
  },
};
