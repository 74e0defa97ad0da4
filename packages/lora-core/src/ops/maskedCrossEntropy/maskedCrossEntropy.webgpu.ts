/** maskedCrossEntropy.ts on WebGPU: softmax in one pass over the classes (Milakov and Gimelshein 2018, arXiv:1805.02867, algorithm 3). */
import { compute } from "../webgpu/compute.ts";
import { elementGroups, laneCount, lanesOf, perElement, perRow, rowGroups } from "../webgpu/wgsl.ts";
import type { MaskedCrossEntropyKernel } from "./maskedCrossEntropyKernel.ts";

export const webgpuMaskedCrossEntropy: MaskedCrossEntropyKernel = {
  forward(logits, targets) {
    const [rows, classes] = logits.shape;
    const { losses, logTotals } = compute({
      key: "crossEntropy",
      outputs: { losses: [[rows], "f32"], logTotals: [[rows], "f32"] },
      inputs: { logits: [logits, "f32"], targets: [targets, "i32"] },
      sizes: { rows, classes },
      workgroups: rowGroups(rows),
      source: () =>
        perRow(`
    let start = row * u.classes;
    // Every thread keeps the largest of its classes and the sum of exponentials relative to it.
    var highest = logits[start];
    var sum = 0.0;
    for (var j = lane; j < u.classes; j += LANES) {
      let value = logits[start + j];
      let above = max(highest, value);
      sum = sum * exp(highest - above) + exp(value - above);
      highest = above;
    }
    parts[lane] = highest;
    workgroupBarrier();
    var top = parts[0];
    for (var i = 1u; i < LANES; i++) { top = max(top, parts[i]); }
    let logTotal = top + log(total(lane, sum * exp(highest - top)));
    if (lane == 0u) {
      let wanted = targets[row];
      losses[row] = select(0.0, logTotal - logits[start + u32(max(wanted, 0))], wanted >= 0);
      logTotals[row] = logTotal;
    }`),
    });
    return { losses: losses.as1D(), logTotals: logTotals.as1D() };
  },

  /** dy (softmax - onehot), 0 where not scored. */
  backward(dy, logits, targets, logTotals) {
    const lanes = lanesOf(logits.shape[1]);
    const width = laneCount(lanes);
    const count = logits.size / width;
    const { dLogits } = compute({
      key: `crossEntropy gradient ${lanes}`,
      outputs: { dLogits: [logits.shape, lanes] },
      inputs: { dy: [dy, "f32"], logits: [logits, lanes], targets: [targets, "i32"], logTotals: [logTotals, "f32"] },
      sizes: { count, width: logits.shape[1] / width },
      workgroups: elementGroups(count),
      source: () =>
        perElement(`
    let row = i / u.width;
    let wanted = targets[row] - i32(i % u.width) * ${width};
    var residual = exp(logits[i] - logTotals[row]);
    ${width === 1 ? "if (wanted == 0) { residual -= 1.0; }" : "if (wanted >= 0 && wanted < 4) { residual[wanted] -= 1.0; }"}
    dLogits[i] = select(0.0, dy[row], targets[row] >= 0) * residual;`),
    });
    return dLogits.as2D(...logits.shape);
  },
};
