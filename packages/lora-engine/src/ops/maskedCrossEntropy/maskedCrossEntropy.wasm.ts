/** maskedCrossEntropy.ts on wasm: nothing as large as the logits is made besides their gradient. */
import type { Tensor1D } from "@tensorflow/tfjs";
import { emptyTensor } from "../../kernels/wasmHeap.ts";
import { runRows } from "../../kernels/wasmKernels.ts";
import type { MaskedCrossEntropyKernel } from "./maskedCrossEntropyKernel.ts";

/** Multiply-adds that take as long as a logit. */
const COST = 20;

export const wasmMaskedCrossEntropy: MaskedCrossEntropyKernel = {
  forward(logits, targets, from, before) {
    const { losses, logTotals } = before ?? {
      losses: emptyTensor<Tensor1D>(targets.shape),
      logTotals: emptyTensor<Tensor1D>(targets.shape),
    };
    const [rows, width] = logits.shape;
    runRows("crossEntropy", { rows, width, cost: COST }, (first, count) => {
      const [own, found] = [first(losses, 1), first(logTotals, 1)];
      return [first(logits), first(targets, 1), count, width, from, before !== null, own, found];
    });
    return { losses, logTotals };
  },
  backward(dy, logits, targets, from, logTotals) {
    const dLogits = emptyTensor<typeof logits>(logits.shape);
    const [rows, width] = logits.shape;
    runRows("crossEntropyGradient", { rows, width, cost: COST }, (first, count) => {
      const ofRows = [first(targets, 1), first(logTotals, 1)] as const;
      return [first(dy, 1), first(logits), ...ofRows, count, width, from, first(dLogits)];
    });
    return dLogits;
  },
};
