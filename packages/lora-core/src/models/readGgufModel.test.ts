import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseArchitecture } from "../architectures/modelConfig.ts";
import { ggufConfig } from "../checkpoints/gguf/ggufConfig.ts";
import { ggufTokenizer } from "../checkpoints/gguf/ggufTokenizer.ts";
import { readSafetensors } from "../checkpoints/safetensors.ts";
import { readGgufModel } from "./readGgufModel.ts";
import { createTextTokenizer } from "./textTokenizer.ts";

const fixture = (path: string) => readFileSync(new URL(`../../fixtures/${path}`, import.meta.url));

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
    expect(() => ggufConfig({ metadata: new Map(entries), shapes: new Map() })).toThrow(message);
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
