/** Whole models as GGUF, read back here; what llama.cpp makes of them is checked by fixtures/exports/check_merged_gguf.py. */
import { expect, test } from "vitest";
import { readPeftAdapter } from "../adapters/peftFormat.ts";
import { fixtureBase, fixtureConfig, readPeftFiles } from "../adapters/testing/peftFiles.ts";
import { parseArchitecture } from "../architectures/modelConfig.ts";
import { ggufConfig } from "../checkpoints/gguf/ggufConfig.ts";
import { ggufName, huggingFaceTensors } from "../checkpoints/gguf/ggufTensors.ts";
import { ggufTokenizer } from "../checkpoints/gguf/ggufTokenizer.ts";
import { quantizeQ8 } from "../checkpoints/gguf/quantizeQ8.ts";
import { readGguf } from "../checkpoints/gguf/readGguf.ts";
import { readSafetensors } from "../checkpoints/safetensors.ts";
import type { GgufWeights } from "./ggufMetadata.ts";
import { mergedGguf } from "./mergedGguf.ts";
import { mergedSafetensors } from "./mergedSafetensors.ts";
import { fixtureFiles, written } from "./testing/baseFixtures.ts";

const files = (name: string) => fixtureFiles(`causalLm/${name}`, ["config.json", "model.safetensors", "tokenizer.json"]);
const updateOf = (name: string, folder: string) => readPeftAdapter(readPeftFiles(folder), fixtureBase(name).base);

async function gguf(name: string, folder: string, weights: GgufWeights) {
  const file = await mergedGguf(files(name), fixtureConfig(name), updateOf(name, folder), weights);
  const contents = await written([file]);
  return readGguf(contents.get(`model-${weights}.gguf`) ?? new Uint8Array());
}

async function merged(name: string, folder: string) {
  const made = await mergedSafetensors(files(name), fixtureConfig(name), updateOf(name, folder), "F32");
  return readSafetensors((await written(made)).get("model.safetensors") ?? new Uint8Array());
}

test.each([
  ["grouped", "from-duet/grouped", 8],
  ["qwen2", "from-duet/qwen2", null],
  ["qwen3", "from-peft/qwen3", null],
])("%s: comes back as the same architecture, tokenizer and weights, rounded to 16 bits", async (name, folder, width) => {
  const { metadata, shapes, ropeFactors, tensors } = await gguf(name, folder, "F16");
  const ours = parseArchitecture(ggufConfig({ metadata, shapes, ropeFactors }));
  // Read from 32 bits: epsilon and the angles' base.
  const close = (_key: string, value: unknown) => (typeof value === "number" ? Number(value.toPrecision(6)) : value);
  const told = (architecture: unknown) => JSON.parse(JSON.stringify(architecture, close));
  const { architecture } = fixtureBase(name);
  expect(told({ ...ours.config, bosToken: null })).toEqual(told({ ...architecture.config, bosToken: null }));
  expect(ggufTokenizer(metadata).model).toMatchObject({ merges: ["a b"], vocab: { "<end>": 0, a: 1, b: 2, ab: 3 } });
  const named = huggingFaceTensors(tensors, { interleavedHeadWidth: width });
  const expected = await merged(name, folder);
  expect([...named.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [key, { data, shape }] of expected) {
    const found = named.get(key);
    expect(found?.shape).toEqual(shape);
    const bound = shape.length === 1 ? 0 : 2 ** -11;
    const far = data.reduce((most, value, at) => {
      const error = Math.abs((found?.data[at] ?? Number.NaN) - value);
      return Math.max(most, error / Math.max(Math.abs(value), 2 ** -14));
    }, 0);
    expect(far, key).toBeLessThanOrEqual(bound);
  }
});

test("GPT-2: weights are turned round to [out, in], positions and biases stay in 32 bits", async () => {
  const { tensors, metadata } = await gguf("gpt2", "from-duet/gpt2", "F16");
  expect(metadata.get("gpt2.attention.layer_norm_epsilon")).toBeCloseTo(1e-5, 9);
  const expected = await merged("gpt2", "from-duet/gpt2");
  for (const [key, { data, shape }] of expected) {
    const found = tensors.get(ggufName(key) ?? "");
    const isLinear = shape.length === 2 && key.includes(".h.");
    expect(found?.shape, key).toEqual(isLinear ? shape.toReversed() : shape);
    const [rows = 1, columns = 1] = shape;
    const at = Math.floor(data.length / 3);
    const to = isLinear ? (at % columns) * rows + Math.floor(at / columns) : at;
    expect(found?.data[to]).toBeCloseTo(data[at] ?? Number.NaN, 3);
  }
  expect(tensors.get("position_embd.weight")?.data).toEqual(expected.get("transformer.wpe.weight")?.data);
});

test("Q8_0: no value is further from its own than half a step and the scale's rounding; where rows are no blocks it is 16 bits", async () => {
  const { tensors } = await gguf("grouped", "from-duet/grouped", "Q8_0");
  const exact = (await gguf("grouped", "from-duet/grouped", "F16")).tensors;
  let blocks = 0;
  for (const [name, { data, shape }] of tensors) {
    const wanted = exact.get(name)?.data ?? new Float32Array();
    if (shape.length < 2 || (shape[1] ?? 0) % 32 !== 0) {
      expect(data, name).toEqual(wanted);
      continue;
    }
    for (let from = 0; from < data.length; from += 32, blocks++) {
      const largest = wanted.slice(from, from + 32).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      for (let i = from; i < from + 32; i++)
        expect(Math.abs((data[i] ?? Number.NaN) - (wanted[i] ?? 0))).toBeLessThan(largest * (0.5 / 127 + 2 ** -10));
    }
  }
  expect(blocks).toBeGreaterThan(10);
  // Halves go away from zero; a block of zeros has scale zero.
  expect([...quantizeQ8(Float32Array.from({ length: 32 }, (_, i) => [127, 2.5, -2.5, 0.49][i] ?? 0)).slice(0, 6)]).toEqual([
    0x00, 0x3c, 127, 3, 253, 0,
  ]);
  expect(quantizeQ8(new Float32Array(32))).toEqual(new Uint8Array(34));
});

test("a tokenizer that llama.cpp has no name for is refused in words", async () => {
  const update = updateOf("grouped", "from-duet/grouped");
  const base = files("grouped");
  const spelled = {
    ...base,
    open: async (name: string) =>
      name === "tokenizer.json"
        ? {
            bytes: 0,
            slice: async () =>
              new TextEncoder().encode(
                JSON.stringify({ model: { type: "BPE", vocab: {}, merges: [] }, pre_tokenizer: { type: "Metaspace" } }),
              ),
          }
        : base.open(name),
  };
  await expect(mergedGguf(spelled, fixtureConfig("grouped"), update, "F16")).rejects.toThrow("splits words in none of the ways");
});
