import { readFileSync } from "node:fs";
import { parseGpt2Config } from "@duet/lora-core/architectures/gpt2Config";
import { readSafetensors } from "@duet/lora-core/checkpoints/safetensors";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { useBackend } from "../../backends/testBackend.ts";
import { disposeDecoderWeights, loadDecoderWeights } from "./decoderWeights.ts";

const read = (name: string) => readFileSync(new URL(`../../../../lora-core/fixtures/causalLm/gpt2/${name}`, import.meta.url));
const config = parseGpt2Config(JSON.parse(read("config.json").toString()));

test("reads names without their first part, as gpt2 has them on the hub, and names a tensor that is not there", async () => {
  await useBackend("cpu");
  const checkpoint = readSafetensors(read("model.safetensors"));
  const before = tf.memory().numTensors;
  const bare = new Map([...checkpoint].map(([name, tensor]) => [name.replace(/^transformer\./, ""), tensor]));
  expect(bare.has("h.0.attn.c_attn.weight")).toBe(true);
  const weights = loadDecoderWeights(config, bare);
  const stored = checkpoint.get("transformer.h.1.mlp.c_fc.weight");
  expect(stored?.shape).toEqual([24, 40]);
  expect([...(weights.linears.get("transformer.h.1.mlp.c_fc")?.turned?.dataSync() ?? [])]).toEqual([...(stored?.data ?? [])]);
  disposeDecoderWeights(weights);
  expect(tf.memory().numTensors).toBe(before);

  checkpoint.delete("transformer.h.1.ln_2.bias");
  tf.engine().startScope();
  expect(() => loadDecoderWeights(config, checkpoint)).toThrow("no tensor transformer.h.1.ln_2.bias");
  tf.engine().endScope();
});
