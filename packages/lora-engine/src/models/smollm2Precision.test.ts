import { readFileSync } from "node:fs";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { describeWithSmollm2 } from "../../../../tools/testing/smollm2.ts";
import expected from "../../fixtures/gguf/smollm2.json" with { type: "json" };
import { useBackend } from "../backends/testBackend.ts";
import { hiddenStates, logitsAt } from "./causalLm/decoderForward.ts";
import { disposeDecoderWeights, loadDecoderWeights } from "./causalLm/decoderWeights.ts";
import { oneRow } from "./causalLm/tokenBatch.ts";
import { readGgufModel } from "./readGgufModel.ts";

/** What packing all matrices costs and saves. The figures that it prints are those of docs/performance.md. */
describeWithSmollm2("SmolLM2-135M-Instruct packed, on wasm", (path) => {
  test.each([
    ["int8", 155e6, 0.5],
    ["int4", 90e6, 6],
  ] as const)(
    "as %s it takes at most %d bytes, and log-sums of logits are off by less than %d",
    async (precision, most, limit) => {
      await useBackend("wasm");
      const files = readGgufModel(readFileSync(path));
      const architecture = parseArchitecture(files.config);
      if (architecture.family !== "causal-lm") throw new Error("not a decoder");
      const before = tf.memory().numBytes;
      const weights = loadDecoderWeights(architecture.config, files.weights, precision);
      const bytes = tf.memory().numBytes - before;
      const sums = tf.tidy(() => {
        const hidden = hiddenStates(weights, oneRow(expected.prompt), { adapter: null, dropout: null, cache: null });
        return tf.logSumExp(logitsAt(weights, hidden, expected.positions), 1).dataSync();
      });
      const worst = Math.max(...expected.logSumExp.map((sum, i) => Math.abs(sum - (sums[i] ?? Number.NaN))));
      process.stdout.write(
        `${precision}: ${Math.round(bytes / 1e6)} MB on the backend, log-sums off by up to ${worst.toFixed(2)}\n`,
      );
      expect(bytes).toBeLessThan(most);
      expect(worst).toBeLessThan(limit);
      disposeDecoderWeights(weights);
    },
  );
});
