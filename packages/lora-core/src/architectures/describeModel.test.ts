import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { describeWithSharedCases, readSharedCase } from "../../../../tools/testing/sharedData.ts";
import { readFixture } from "../adapters/testing/peftFiles.ts";
import { DESCRIPTION_FILE, LAYOUT_FIELD } from "../checkpoints/describedLayout.ts";
import { GgufError } from "../checkpoints/gguf/ggufError.ts";
import { hashedFiles } from "../checkpoints/modelFolder.ts";
import { ModelFolderError } from "../checkpoints/modelFolderError.ts";
import { readSafetensors, SafetensorsError, writeSafetensors } from "../checkpoints/safetensors.ts";
import { memoryFolder } from "../checkpoints/testing/memoryFolder.ts";
import type { HostTensor } from "../tensors/namedTensors.ts";
import { TokenizerError } from "../tokenizers/tokenizerError.ts";
import { describeComputedModel, describeModel } from "./describeModel.ts";

const json = (bytes: Uint8Array): object => JSON.parse(new TextDecoder().decode(bytes));
const tokenizer = { model: { type: "WordLevel", vocab: { "<unk>": 0 }, unk_token: "<unk>" } };
const config = json(readFixture("causalLm/gpt2/config.json"));
const weights = readFixture("causalLm/gpt2/model.safetensors");
const model = { "config.json": config, "tokenizer.json": tokenizer, "model.safetensors": weights };

/** The file with some entries of its header changed; ranges stay. */
function withHeader(file: Uint8Array, change: (header: Record<string, Record<string, unknown>>) => void): Uint8Array {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
  change(header);
  const text = new TextEncoder().encode(JSON.stringify(header));
  const changed = new Uint8Array(8 + text.length + file.length - 8 - length);
  new DataView(changed.buffer).setBigUint64(0, BigInt(text.length), true);
  changed.set(text, 8);
  changed.set(file.subarray(8 + length), 8 + text.length);
  return changed;
}
const rewritten = (change: (tensors: Map<string, HostTensor>) => void) => {
  const tensors = readSafetensors(weights);
  change(tensors);
  return writeSafetensors(tensors);
};

describe("a model that can be loaded", () => {
  test.each(["gpt2", "grouped", "biased", "qwen2", "qwen3", "llama3-scaled", "duet-tiny"])("is described: %s", async (name) => {
    const path = `causalLm/${name}`;
    const config =
      name === "duet-tiny"
        ? readFileSync(new URL("../../../../models/duet-tiny/config.json", import.meta.url))
        : readFixture(`${path}/config.json`);
    const file =
      name === "duet-tiny"
        ? readFileSync(new URL("../../../../models/duet-tiny/model.safetensors", import.meta.url))
        : readFixture(`${path}/model.safetensors`);
    const { files, architecture } = await describeModel(
      memoryFolder({ "config.json": json(config), "tokenizer.json": tokenizer, "model.safetensors": file }),
    );
    expect(files.map(({ path }) => path)).toEqual(["config.json", "tokenizer.json", "model.safetensors"]);
    expect(architecture.family).toBe("causal-lm");
  });

  test("is described as an encoder", async () => {
    const read = (name: string) => readFileSync(new URL(`../../../../models/use-lite/${name}`, import.meta.url));
    const folder = memoryFolder({
      "config.json": json(read("config.json")),
      "tokenizer.json": json(read("tokenizer.json")),
      "model.safetensors": read("model.safetensors"),
    });
    expect((await describeModel(folder)).architecture.family).toBe("encoder");
    // The header, not the weights.
    expect(folder.bytesRead.get("model.safetensors")).toBeLessThan(300_000);
  });

  test("is one of any architecture once a client in Python has described it", async () => {
    const mistral = { ...model, "config.json": { model_type: "mistral" } };
    const layout = {
      family: "causal-lm",
      parameters: 10,
      hiddenSize: 4,
      modules: [["model.layers.0.mlp.up_proj", 4, 6]],
      targets: ["up_proj"],
      fanInFanOut: false,
      sentences: null,
    };
    const files = await hashedFiles(memoryFolder(mistral), Object.keys(mistral));
    const description = {
      name: "a",
      source: { kind: "files" },
      files,
      config: { model_type: "mistral", [LAYOUT_FIELD]: layout },
    };
    const described = await describeModel(memoryFolder({ ...mistral, [DESCRIPTION_FILE]: description }));
    expect(described.config).toEqual({ model_type: "mistral", [LAYOUT_FIELD]: layout });
    expect(described.files).toEqual(files);
    expect(described.architecture.linears).toEqual([{ name: "model.layers.0.mlp.up_proj", inFeatures: 4, outFeatures: 6 }]);
    const other = { ...mistral, "tokenizer.json": {}, [DESCRIPTION_FILE]: description };
    await expect(describeModel(memoryFolder(other))).rejects.toThrow("duet_base.json describes other files");
    const odd = { ...description, config: { [LAYOUT_FIELD]: { ...layout, modules: [["a", 0, 1]] } } };
    await expect(describeModel(memoryFolder({ ...mistral, [DESCRIPTION_FILE]: odd }))).rejects.toThrow(
      "duet_base.json says something of config.duet_layout.modules.0.1 that is not supported",
    );
    await expect(describeModel(memoryFolder(mistral))).rejects.toThrow('model_type = "mistral"');
    const unhashed = { ...memoryFolder({ ...mistral, [DESCRIPTION_FILE]: description }), sha256: () => expect.unreachable() };
    const refused = describeComputedModel(unhashed);
    await expect(refused).rejects.toMatchObject({ code: "BASE_NOT_OFFERED", told: ["onlyByCommand", "mistral"] });
  });

  test("has names without their first part, and tensors of any type that are not needed", async () => {
    const bare = rewritten((tensors) => {
      for (const [key, tensor] of [...tensors]) {
        tensors.delete(key);
        tensors.set(key.replace(/^transformer\./, ""), tensor);
      }
      tensors.set("h.0.attn.bias", { shape: [2, 4], data: new Float32Array(8) });
    });
    const odd = withHeader(bare, (header) => {
      Object.assign(header["h.0.attn.bias"] ?? {}, { dtype: "BOOL", shape: [32] });
    });
    expect((await describeModel(memoryFolder({ ...model, "model.safetensors": odd }))).files).toHaveLength(3);
  });

  test.each(["grouped", "biased", "llama3-scaled"])("is described from a GGUF file: %s", async (name) => {
    const { files } = await describeModel(memoryFolder({ "model.gguf": readFixture(`gguf/${name}.gguf`) }));
    expect(files.map(({ path }) => path)).toEqual(["model.gguf"]);
  });
});

describe("a model that could not be loaded is refused", () => {
  const first = "transformer.h.0.attn.c_attn.weight";
  const whole = readSafetensors(weights);
  const half = [...whole].slice(0, 5);
  const index = {
    weight_map: Object.fromEntries([...whole].map(([key], at) => [key, at < 5 ? "a.safetensors" : "b.safetensors"])),
  };
  const shards = {
    "model.safetensors.index.json": index,
    "a.safetensors": writeSafetensors(new Map(half)),
    "b.safetensors": writeSafetensors(new Map([...whole].slice(5))),
  };
  const { "model.safetensors": _, ...withoutWeights } = model;

  test.each<[string, Record<string, Uint8Array | object>, string]>([
    [
      "without one of its tensors",
      { ...model, "model.safetensors": rewritten((all) => all.delete(first)) },
      `no tensor ${first}`,
    ],
    [
      "with a tensor of another shape",
      { ...model, "config.json": { ...config, n_inner: 41 } },
      "has shape [24,40], its config.json says [24,41]",
    ],
    [
      "with a needed tensor in a type that is not read",
      { ...model, "model.safetensors": withHeader(weights, (header) => Object.assign(header[first] ?? {}, { dtype: "I32" })) },
      `${first} is stored as I32, which is not supported`,
    ],
    ["that is cut off", { ...model, "model.safetensors": weights.subarray(0, -4) }, "its tensors need"],
    [
      "whose header is too long",
      { ...model, "model.safetensors": Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 0, 0x7b) },
      "header would have",
    ],
    ["of another family", { ...model, "config.json": { model_type: "gemma" } }, 'model_type = "gemma"'],
    ["with another tokenizer", { ...model, "tokenizer.json": { model: { type: "Odd" } } }, "its model is of the type Odd"],
    ["with a tokenizer that is no JSON", { ...model, "tokenizer.json": Uint8Array.of(1) }, "tokenizer.json is not JSON"],
    [
      "in shards, one of which is cut off",
      { ...withoutWeights, ...shards, "b.safetensors": Uint8Array.of(1, 2) },
      "shorter than the 8 bytes",
    ],
    [
      "in shards, one of which lacks a tensor",
      { ...withoutWeights, ...shards, "a.safetensors": writeSafetensors(new Map(half.slice(1))) },
      "though the index says so",
    ],
  ])("%s", async (_, files, words) => {
    await expect(describeModel(memoryFolder(files))).rejects.toThrow(words);
  });

  test("and not when it is whole, in shards", async () => {
    expect((await describeModel(memoryFolder({ ...withoutWeights, ...shards }))).files).toHaveLength(5);
  });

  const part = (number: number) => `big.Q8_0-0000${number}-of-00002.gguf`;
  const grouped = readFixture("gguf/grouped.gguf");
  /** The same length, so that everything stays where it is. */
  const patched = (from: string, to: string) =>
    new Uint8Array(Buffer.from(Buffer.from(grouped).toString("latin1").replace(from, to), "latin1"));
  const merge = "llama-gguf-split --merge big.Q8_0-00001-of-00002.gguf big.Q8_0.gguf";

  test.each<[string, Record<string, Uint8Array>, string]>([
    [
      "in two parts",
      { [part(1)]: grouped, [part(2)]: grouped },
      `big.Q8_0 is split into 2 GGUF files. Merge the parts first, with this command: ${merge}`,
    ],
    ["of which one part is there", { [part(2)]: grouped }, merge],
    [
      "in files of which one is meant",
      { "a.gguf": grouped, "b.gguf": grouped },
      "There are 2 GGUF files: a.gguf, b.gguf; choose one",
    ],
    [
      "without tokenizer.ggml.pre",
      { "a.gguf": patched("tokenizer.ggml.pre", "tokenizer.ggml.prx") },
      "it has no tokenizer.ggml.pre",
    ],
    ["that is cut off", { "a.gguf": grouped.subarray(0, -40) }, "it ends before the data of"],
  ])("GGUF %s", async (_, files, words) => {
    await expect(describeModel(memoryFolder(files))).rejects.toThrow(words);
  });
});

describeWithSharedCases("models of shared/cases", () => {
  const gguf = (name: string) => describeModel(memoryFolder({ [name]: readSharedCase(`15-gguf/${name}`) }));

  test("a GPT-2 with boolean masks is one that can be loaded", async () => {
    const files = ["config.json", "model.safetensors"].map((name) => [name, readSharedCase(`14-dtypes/gpt2-bool-mask/${name}`)]);
    const { architecture } = await describeModel(memoryFolder({ ...Object.fromEntries(files), "tokenizer.json": tokenizer }));
    expect(architecture.family).toBe("causal-lm");
  });

  test("GGUF: a plain file loads, the others are refused with the reason", async () => {
    expect((await gguf("plain.gguf")).architecture.family).toBe("causal-lm");
    await expect(gguf("iq4nl.gguf")).rejects.toThrow(/is stored as IQ4_NL .*Q4_K/);
    await expect(gguf("iq4nl.gguf")).rejects.toThrow(GgufError);
    await expect(gguf("no-pre.gguf")).rejects.toThrow(/no tokenizer\.ggml\.pre.*convert_hf_to_gguf/);
    await expect(gguf("model-00001-of-00002.gguf")).rejects.toThrow(
      "llama-gguf-split --merge model-00001-of-00002.gguf model.gguf",
    );
    await expect(gguf("model-00002-of-00002.gguf")).rejects.toThrow(ModelFolderError);
  });
});

test("every refusal is one of the classes that people are told by", async () => {
  const refusal = (files: Record<string, Uint8Array | object>) =>
    describeModel(memoryFolder(files)).catch((error: unknown) => error);
  expect(await refusal({ ...model, "model.safetensors": Uint8Array.of(1) })).toBeInstanceOf(SafetensorsError);
  expect(await refusal({ ...model, "tokenizer.json": {} })).toBeInstanceOf(TokenizerError);
  expect(await refusal({ "a.gguf": Uint8Array.of(1) })).toBeInstanceOf(GgufError);
});
