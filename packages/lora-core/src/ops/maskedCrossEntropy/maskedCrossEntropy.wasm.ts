/** maskedCrossEntropy.ts on wasm: nothing as large as the logits is made besides their gradient. */
import type { Tensor1D } from "@tensorflow/tfjs";
import { emptyTensor } from "../../kernels/wasmHeap.ts";
import { runKernel } from "../../kernels/wasmKernels.ts";
import type { MaskedCrossEntropyKernel } from "./maskedCrossEntropyKernel.ts";

export const wasmMaskedCrossEntropy: MaskedCrossEntropyKernel = {
  forward(logits, targets, from, before) {
    const { losses, logTotals } = before ?? {
      losses: emptyTensor<Tensor1D>(targets.shape),
      logTotals: emptyTensor<Tensor1D>(targets.shape),
    };
    runKernel("crossEntropy", logits, targets, ...logits.shape, from, before !== null, losses, logTotals);
    return { losses, logTotals };
  },
  backward(dy, logits, targets, from, logTotals) {
    const dLogits = emptyTensor<typeof logits>(logits.shape);
    runKernel("crossEntropyGradient", dy, logits, targets, logTotals, ...logits.shape, from, dLogits);
    return dLogits;
  },
};
