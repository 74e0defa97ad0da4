/** Adapters in PEFT's format on the model: the logits are those of PEFT. */

import { adapterScale } from "@duet/lora-core/adapters/adapterConfig";
import { factorAKey, factorBKey } from "@duet/lora-core/adapters/adapterLayout";
import { readPeftAdapter } from "@duet/lora-core/adapters/peftFormat";
import { fixtureBase, readFixture, readPeftFiles } from "@duet/lora-core/adapters/testing/peftFiles";
import { readSafetensors } from "@duet/lora-core/checkpoints/safetensors";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { useBackend } from "../../backends/testBackend.ts";
import { expectClose } from "../../ops/testing/expectClose.ts";
import type { DeviceAdapter } from "../languageModel.ts";
import { hiddenStates, logitsAt } from "./decoderForward.ts";
import { disposeDecoderWeights, loadDecoderWeights } from "./decoderWeights.ts";
import { tokenBatch } from "./tokenBatch.ts";

beforeAll(async () => {
  await useBackend("cpu");
});

const variants = ["rslora", "all-linear", "regex", "layers", "patterns", "rslora-patterns", "bfloat16"].map(
  (name) =>
    [`written by PEFT: ${name}`, `variants/${name}`, "grouped", `peft/variants/${name}/logits.safetensors`, "logits"] as const,
);

test.each<readonly [title: string, folder: string, base: string, file: string, key: string]>([
  ["written by PEFT for GPT-2", "from-peft/gpt2", "gpt2", "causalLm/gpt2/expected.safetensors", "adapted_logits"],
  ["written by PEFT for Qwen3", "from-peft/qwen3", "qwen3", "causalLm/qwen3/expected.safetensors", "adapted_logits"],
  ["fused and written here for GPT-2", "from-duet/gpt2", "gpt2", "peft/from-duet/gpt2/logits.safetensors", "logits"],
  ["fused and written here for Llama", "from-duet/grouped", "grouped", "peft/from-duet/grouped/logits.safetensors", "logits"],
  ["fused and written here for Qwen2", "from-duet/qwen2", "qwen2", "peft/from-duet/qwen2/logits.safetensors", "logits"],
  ...variants,
])("an adapter %s gives the logits PEFT computes from the same files", async (_, folder, name, file, key) => {
  const { architecture, base } = fixtureBase(name);
  if (architecture.family !== "causal-lm") throw new Error("The fixture is not a causal language model");
  const { config, tensors } = readPeftAdapter(readPeftFiles(folder), base);
  const weights = loadDecoderWeights(architecture.config, readSafetensors(readFixture(`causalLm/${name}/model.safetensors`)));
  const { rows }: { rows: number[][] } = JSON.parse(new TextDecoder().decode(readFixture(`causalLm/${name}/batch.json`)));
  const logits = tf.tidy(() => {
    const adapter = onDevice(tensors, adapterScale(config));
    const batch = tokenBatch(rows.map((row) => Int32Array.from(row)));
    const hidden = hiddenStates(weights, batch, { adapter, dropout: null, cache: null });
    return logitsAt(
      weights,
      hidden,
      rows.flatMap((row, index) => row.map((_, at) => index * batch.length + at)),
    );
  });
  const theirs = readSafetensors(readFixture(file)).get(key);
  const [, longest = 0, width = 0] = theirs?.shape ?? [];
  const real = rows.flatMap((row, index) => [
    ...(theirs?.data.subarray(index * longest * width, (index * longest + row.length) * width) ?? []),
  ]);
  expect(real.length).toBe(22 * architecture.config.vocabSize);
  expectClose(await logits.data(), real, { relative: 1e-4, absolute: 1e-4 });
  logits.dispose();
  disposeDecoderWeights(weights);
});

/** Call inside tf.tidy, which frees it. */
function onDevice(tensors: NamedTensors, scale: number): DeviceAdapter {
  const matrix = (key: string) => {
    const { shape, data } = tensors.get(key) ?? { shape: [0, 0], data: new Float32Array() };
    return tf.tensor2d(data, [shape[0] ?? 0, shape[1] ?? 0]);
  };
  const modules = [...tensors.keys()].flatMap((key) =>
    key.endsWith(".lora_A.weight") ? [key.slice(0, -".lora_A.weight".length)] : [],
  );
  return {
    scale,
    factors: new Map(modules.map((module) => [module, { a: matrix(factorAKey(module)), b: matrix(factorBKey(module)) }])),
  };
}
