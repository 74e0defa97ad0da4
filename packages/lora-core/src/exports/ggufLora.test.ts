import { expect, test } from "vitest";
import { readPeftAdapter } from "../adapters/peftFormat.ts";
import { fixtureBase, fixtureConfig, readPeftFiles } from "../adapters/testing/peftFiles.ts";
import { readGguf } from "../checkpoints/gguf/readGguf.ts";
import { ModelFolderError } from "../checkpoints/modelFolderError.ts";
import { ggufLora } from "./ggufLora.ts";

const adapterOf = (name: string, folder: string) => readPeftAdapter(readPeftFiles(folder), fixtureBase(name).base);

/** What llama.cpp makes of such a file is checked by fixtures/exports/check_gguf_lora.py. */
test("Llama: factors under llama.cpp's names, with the rows of q and k side by side as it turns them", () => {
  const adapter = adapterOf("grouped", "variants/all-linear");
  const { metadata, tensors } = readGguf(ggufLora(fixtureConfig("grouped"), adapter));
  expect([...metadata]).toEqual([
    ["general.architecture", "llama"],
    ["general.type", "adapter"],
    ["adapter.type", "lora"],
    ["adapter.lora.alpha", 4],
  ]);
  expect(tensors.size).toBe(adapter.tensors.size);
  const same = (written: string, key: string) => {
    const [ours, theirs] = [tensors.get(written), adapter.tensors.get(key)];
    expect(ours?.shape).toEqual(theirs?.shape);
    return [[...(ours?.data ?? [])], [...(theirs?.data ?? [])]];
  };
  for (const [part, module] of [
    ["attn_v", "self_attn.v_proj"],
    ["ffn_down", "mlp.down_proj"],
  ]) {
    const [ours, theirs] = same(`blk.1.${part}.weight.lora_b`, `model.layers.1.${module}.lora_B.weight`);
    expect(ours).toEqual(theirs);
  }
  // Rank 2, Dh 8: row 1 of a head is the first of its second half.
  const [turned, straight] = same("blk.0.attn_q.weight.lora_b", "model.layers.0.self_attn.q_proj.lora_B.weight");
  expect(turned?.slice(0, 6)).toEqual([0, 1, 8, 9, 2, 3].map((at) => straight?.[at]));
  expect(turned?.slice(16, 20)).toEqual([16, 17, 24, 25].map((at) => straight?.[at]));
});

test("Qwen3: rows of q and k stay as they are", () => {
  const adapter = adapterOf("qwen3", "from-peft/qwen3");
  const { tensors } = readGguf(ggufLora(fixtureConfig("qwen3"), adapter));
  for (const [name, { data }] of tensors) {
    const [, layer, part] = /^blk\.(\d)\.attn_([qk])\.weight\.lora_b$/.exec(name) ?? [];
    if (!part) continue;
    expect([...data]).toEqual([
      ...(adapter.tensors.get(`model.layers.${layer}.self_attn.${part}_proj.lora_B.weight`)?.data ?? []),
    ]);
  }
  expect(tensors.has("blk.0.attn_q.weight.lora_a")).toBe(true);
});

test("a family without such names is refused", () => {
  expect(() => ggufLora(fixtureConfig("gpt2"), adapterOf("gpt2", "from-peft/gpt2"))).toThrow(ModelFolderError);
});
