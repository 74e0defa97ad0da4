import { readFileSync } from "node:fs";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { ggufConfig } from "@duet/lora-core/checkpoints/gguf/ggufConfig";
import { readGgufHeader } from "@duet/lora-core/checkpoints/gguf/ggufHeader";
import { ggufTokenizer } from "@duet/lora-core/checkpoints/gguf/ggufTokenizer";
import { readSafetensors } from "@duet/lora-core/checkpoints/safetensors";
import { createTextTokenizer } from "@duet/lora-core/tokenizers/textTokenizer";
import { describe, expect, it } from "vitest";
import { readGgufModel } from "./readGgufModel.ts";

const fixture = (path: string) => readFileSync(new URL(`../../../lora-core/fixtures/${path}`, import.meta.url));

/** The models of fixtures/causalLm, written by the Python package `gguf` as llama.cpp's converter would. */
describe.each(["grouped", "biased"])("a GGUF file of the model %s", (name) => {
  const model = readGgufModel(fixture(`gguf/${name}.gguf`));

  it("has the tensors of its safetensors file, q and k in their own order of rows", () => {
    const theirs = readSafetensors(fixture(`causalLm/${name}/model.safetensors`));
    expect([...model.weights.keys()].sort()).toEqual([...theirs.keys()].sort());
    for (const [key, { shape, data }] of theirs) expect({ ...model.weights.get(key), key }).toEqual({ shape, data, key });
  });

  it("is the architecture of its config.json", () => {
    const theirs = parseArchitecture(JSON.parse(fixture(`causalLm/${name}/config.json`).toString()));
    const ours = parseArchitecture(model.config);
    const { normEps, bosToken, ...rest } = { normEps: 0, bosToken: 0, ...ours.config };
    expect({ ...theirs.config, ...rest }).toEqual(theirs.config);
    expect(theirs.config).toMatchObject(rest);
    expect(normEps).toBe(Math.fround(name === "biased" ? 1e-6 : 1e-5));
    expect(bosToken).toBe(name === "biased" ? 1 : null);
    expect(ours.linears).toEqual(theirs.linears);
  });

  it("has the tokenizer of its metadata", () => {
    const tokenizer = createTextTokenizer(model.tokenizer);
    expect(tokenizer.encode("ab abc 11")).toEqual([7, 9, 6, 5, 5]);
    expect(tokenizer.encode("ab<tool>d")).toEqual([7, 10, 4]);
    expect(tokenizer.decode([0, 7, 9])).toBe("ab abc");
    expect(tokenizer.idOf("<end>")).toBe(0);
  });
});

describe("a GGUF file with frequencies scaled for longer texts", () => {
  const file = fixture("gguf/llama3-scaled.gguf");
  const frequencies = (config: unknown) => {
    const architecture = parseArchitecture(config);
    return architecture.family === "causal-lm" ? architecture.config.rotaryFrequencies : null;
  };

  it("turns as its config.json says, by the factors in a tensor of their own", () => {
    const model = readGgufModel(file);
    const ours = frequencies(model.config) ?? [];
    const theirs = frequencies(JSON.parse(fixture("causalLm/llama3-scaled/config.json").toString())) ?? [];
    expect(ours).toHaveLength(4);
    // The factors are stored as float32.
    ours.forEach((frequency, j) => {
      expect(frequency / (theirs[j] ?? 0)).toBeCloseTo(1, 6);
    });
    expect([...model.weights.keys()].sort()).toEqual(
      [...readSafetensors(fixture("causalLm/llama3-scaled/model.safetensors")).keys()].sort(),
    );
  });

  it("needs the factors to know what the model is", () => {
    const { dataStart } = readGgufHeader(file);
    expect(() => readGgufHeader(file.subarray(0, dataStart + 15))).toThrow("ends inside the header");
    expect(readGgufHeader(file.subarray(0, dataStart + 16)).ropeFactors?.[0]).toBe(1);
  });
});

it("ends a text where the metadata says that a text, a turn or a message ends", () => {
  const gguf = readGgufHeader(fixture("gguf/grouped.gguf"));
  const ends = (...more: (readonly [string, number])[]) =>
    ggufConfig({ ...gguf, metadata: new Map([...gguf.metadata, ...more]) }).eos_token_id;
  expect(ends()).toEqual([0]);
  expect(ends(["tokenizer.ggml.eot_token_id", 6], ["tokenizer.ggml.eom_token_id", 8])).toEqual([0, 6, 8]);
  expect(ends(["tokenizer.ggml.eot_token_id", 0])).toEqual([0]);
});

describe("metadata that is not supported", () => {
  const llama: [string, number | string][] = [
    ["general.architecture", "llama"],
    ["llama.embedding_length", 8],
    ["llama.attention.head_count", 2],
  ];
  it.each([
    ["another architecture", [["general.architecture", "mamba"]], "general.architecture is mamba"],
    ["no architecture", [], "no text general.architecture"],
    ["a field that is missing", llama, "no number llama.feed_forward_length"],
    ["experts", [...llama, ["llama.expert_count", 8]], "mixture of experts"],
    ["heads rotated in part", [...llama, ["llama.rope.dimension_count", 2]], "2 of 4 values of a head"],
  ] as const)("refuses %s", (_, entries, message) => {
    expect(() => ggufConfig({ metadata: new Map(entries), shapes: new Map(), ropeFactors: null })).toThrow(message);
  });

  it.each([
    ["another kind of tokenizer", [["tokenizer.ggml.model", "llama"]], "the kind llama"],
    [
      "an unknown way of splitting words",
      [
        ["tokenizer.ggml.model", "gpt2"],
        ["tokenizer.ggml.pre", "odd"],
      ],
      "pre is odd",
    ],
  ] as const)("refuses %s", (_, entries, message) => {
    expect(() => ggufTokenizer(new Map(entries))).toThrow(message);
  });
});
