/** A model as sentence-transformers saves it, in a folder and from a list of its files. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { describeModel } from "../architectures/describeModel.ts";
import { parseArchitecture } from "../architectures/modelConfig.ts";
import { createTextTokenizer } from "../tokenizers/textTokenizer.ts";
import { inspectModelFolder } from "./modelFolder.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";
import { memoryFolder } from "./testing/memoryFolder.ts";
import { tokenizerOfVocabulary } from "./wordPieceVocabulary.ts";

type Files = Record<string, Uint8Array | object>;

const read = (name: string): Uint8Array => readFileSync(new URL(`../../fixtures/bert/bert/${name}`, import.meta.url));
const json = (name: string): object => JSON.parse(new TextDecoder().decode(read(name)));

/** What a hub has of the fixture. */
const files: Files = {
  "config.json": json("config.json"),
  "tokenizer.json": json("tokenizer.json"),
  "model.safetensors": read("model.safetensors"),
  "modules.json": json("modules.json"),
  "1_Pooling/config.json": json("1_Pooling/config.json"),
  "sentence_bert_config.json": json("sentence_bert_config.json"),
  "config_sentence_transformers.json": json("config_sentence_transformers.json"),
  "onnx/model.onnx": new Uint8Array(3),
};
const settingsOf = async (changes: Files) => {
  const { config } = await describeModel(memoryFolder({ ...files, ...changes }));
  return config.sentence_transformers;
};
const pooling = (...set: readonly string[]) => ({
  "1_Pooling/config.json": Object.fromEntries(set.map((mode) => [`pooling_mode_${mode}`, true])),
});

describe("the files of sentence-transformers", () => {
  test("become a part of the base's config, and are not among the files that clients load", async () => {
    const described = await describeModel(memoryFolder(files));
    expect(described.config.sentence_transformers).toEqual({ pooling: "mean", maxTokens: 24, prompt: "query: " });
    expect(described.files.map(({ path }) => path)).toEqual(["config.json", "tokenizer.json", "model.safetensors"]);
    expect(described.architecture).toMatchObject({
      family: "encoder",
      kind: "bert",
      config: { maxTokens: 24, prompt: "query: " },
    });
  });

  test("may be missing: then the mean of as many tokens as there are positions, without a prompt", async () => {
    const { "modules.json": _, ...rest } = files;
    const { config, architecture } = await describeModel(memoryFolder(rest));
    expect(config).not.toHaveProperty("sentence_transformers");
    expect(architecture.config).toMatchObject({ pooling: "mean", maxTokens: 40, prompt: "" });
  });

  test.each<[string, Files, object]>([
    ["the first token", pooling("cls_token"), { pooling: "cls" }],
    ["the newest way to say it", { "1_Pooling/config.json": { pooling_mode: "cls" } }, { pooling: "cls" }],
    ["no limit of their own", { "sentence_bert_config.json": {} }, { maxTokens: null }],
    [
      "a query's prompt where none is the default",
      { "config_sentence_transformers.json": { prompts: { query: "q: " } } },
      { prompt: "q: " },
    ],
    ["no prompt for a query", { "config_sentence_transformers.json": { prompts: { document: "d: " } } }, { prompt: "" }],
    ["vectors as they are", { "modules.json": (json("modules.json") as object[]).slice(0, 2) }, { pooling: "mean" }],
  ])("say %s", async (_, changes, expected) => {
    expect(await settingsOf(changes)).toMatchObject(expected);
  });

  test.each<[string, Files, string]>([
    ["another pooling", pooling("max_tokens"), "pools by max"],
    ["two at once", pooling("mean_tokens", "cls_token"), "pools by cls and mean"],
    [
      "another module",
      { "modules.json": [...(json("modules.json") as object[]), { type: "sentence_transformers.models.Dense", path: "3" }] },
      "Dense",
    ],
    ["lower case of their own", { "sentence_bert_config.json": { do_lower_case: true } }, "do_lower_case"],
    [
      "a prompt that is not pooled",
      { "1_Pooling/config.json": { pooling_mode_mean_tokens: true, include_prompt: false } },
      "include_prompt",
    ],
    ["a default prompt that is missing", { "config_sentence_transformers.json": { default_prompt_name: "sts" } }, '"sts"'],
  ])("are refused with %s", async (_, changes, words) => {
    await expect(settingsOf(changes)).rejects.toThrow(words);
  });

  test("are refused without the pooling that they name", async () => {
    const { "1_Pooling/config.json": _, ...rest } = files;
    await expect(describeModel(memoryFolder(rest))).rejects.toThrow("no 1_Pooling/config.json, which modules.json names");
  });
});

describe("a vocab.txt", () => {
  test("gives the ids of the tokenizer.json it was made with", async () => {
    const { "tokenizer.json": whole, ...rest } = files;
    const folder = memoryFolder({
      ...rest,
      "vocab.txt": read("vocab.txt"),
      "tokenizer_config.json": json("tokenizer_config.json"),
    });
    const described = await describeModel(folder);
    expect(described.files.map(({ path }) => path)).toContain("vocab.txt");
    const made = createTextTokenizer(await (await inspectModelFolder(folder)).tokenizer());
    const theirs = createTextTokenizer(whole);
    const { texts, rows } = json("batch.json") as { texts: string[]; rows: number[][] };
    for (const [index, text] of texts.entries()) {
      const ids = [...made.frame.before, ...made.encode(`query: ${text}`), ...made.frame.after];
      expect(ids.slice(0, 23)).toEqual(rows[index]?.slice(0, 23));
      expect(made.decode(ids)).toBe(theirs.decode(ids));
    }
  });

  test.each([
    ["do_lower_case", { do_lower_case: false }, "A", "[UNK]"],
    ["strip_accents", { strip_accents: false }, "é", "[UNK]"],
  ])("is read as %s of tokenizer_config.json says", async (_, settings, text, piece) => {
    const vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\ne\n";
    const tokenizer = createTextTokenizer(tokenizerOfVocabulary(vocabulary, settings));
    expect(tokenizer.encode(text)).toEqual([tokenizer.idOf(piece)]);
    expect(createTextTokenizer(tokenizerOfVocabulary(vocabulary, null)).encode(text)).not.toEqual([tokenizer.idOf(piece)]);
    expect(() => tokenizerOfVocabulary("[UNK]\na\n", settings)).toThrow("vocab.txt has no [SEP]");
  });
});

test("checkpoints with a head's prefix and with the oldest names of norms have the tensors that are asked for", async () => {
  const tensors = [...readSafetensors(read("model.safetensors"))].map(([key, tensor]) => {
    const name = `bert.${key}`.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta");
    return [name, tensor] as const;
  });
  expect(tensors.some(([name]) => name.endsWith("gamma"))).toBe(true);
  const old = { ...files, "model.safetensors": writeSafetensors(new Map(tensors)) };
  await expect(describeModel(memoryFolder(old))).resolves.toBeTruthy();
  const cut = { ...files, "model.safetensors": writeSafetensors(new Map(tensors.slice(0, -8))) };
  await expect(describeModel(memoryFolder(cut))).rejects.toThrow("which its config.json asks for");
});

test.each([
  ["hidden_act", { hidden_act: "gelu_new" }],
  ["position_embedding_type", { position_embedding_type: "relative_key" }],
  ["num_attention_heads", { num_attention_heads: 5 }],
  ["is_decoder", { is_decoder: true }],
])("a config with another %s is refused by its name", (field, change) => {
  expect(() => parseArchitecture({ ...json("config.json"), ...change })).toThrow(expect.objectContaining({ field }));
});

test("all-MiniLM-L6-v2 has the parameters of its model card, but for the pooler, which is not read", () => {
  const published = {
    model_type: "bert",
    vocab_size: 30_522,
    hidden_size: 384,
    intermediate_size: 1536,
    num_hidden_layers: 6,
    num_attention_heads: 12,
    max_position_embeddings: 512,
    type_vocab_size: 2,
    hidden_act: "gelu",
  };
  const pooler = 385 * 384;
  expect(parseArchitecture(published).parameters).toBe(22_713_216 - pooler);
});
