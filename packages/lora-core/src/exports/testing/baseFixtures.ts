/** Small bases of the fixtures as files that an export reads, and what it wrote. */
import { PROTOTYPES_KEY } from "../../adapters/adapterLayout.ts";
import { type PeftAdapter, readPeftAdapter } from "../../adapters/peftFormat.ts";
import { readFixture } from "../../adapters/testing/peftFiles.ts";
import { parseArchitecture } from "../../architectures/modelConfig.ts";
import { peftBase } from "../../architectures/peftBase.ts";
import type { ConfigJson } from "../../checkpoints/modelFolder.ts";
import { type ReadBeside, withSentenceSettings } from "../../checkpoints/sentenceTransformers.ts";
import { type BaseFiles, fileInMemory, type StreamedFile } from "../streamedFile.ts";

const TINY_TOKENIZER = {
  added_tokens: [{ id: 0, content: "<end>", special: true }],
  pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true },
  model: { type: "BPE", vocab: { "<end>": 0, a: 1, b: 2, ab: 3 }, merges: [["a", "b"]] },
};

/** The files of a folder below fixtures; a tokenizer.json that it does not have is a tiny one of GPT-2's kind. */
export function fixtureFiles(folder: string, names: readonly string[]): BaseFiles {
  return {
    names,
    async open(name) {
      const absent = name === "tokenizer.json" && folder.startsWith("causalLm/");
      return fileInMemory(
        absent ? new TextEncoder().encode(JSON.stringify(TINY_TOKENIZER)) : new Uint8Array(readFixture(`${folder}/${name}`)),
      );
    },
  };
}

/** Every file's content by its name; each has the size that was said. */
export async function written(files: readonly StreamedFile[]): Promise<ReadonlyMap<string, Uint8Array>> {
  const contents = new Map<string, Uint8Array>();
  for (const { name, bytes, pieces } of files) {
    const content = new Uint8Array(bytes);
    let at = 0;
    for await (const piece of pieces()) {
      content.set(piece, at);
      at += piece.byteLength;
    }
    if (at !== bytes) throw new Error(`${name} has ${at} bytes, ${bytes} were said`);
    contents.set(name, content);
  }
  return contents;
}

/** A small encoder of fixtures/bert with PEFT's adapter on it, and label prototypes that are made up. */
export async function bertFixture(name: "bert" | "roberta") {
  const json = (file: string) => JSON.parse(new TextDecoder().decode(readFixture(`bert/${name}/${file}`)));
  const names = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];
  const read: ReadBeside = async (file) => json(file);
  const config: ConfigJson = await withSentenceSettings(json("config.json"), read);
  const architecture = parseArchitecture(config);
  const files = {
    "adapter_config.json": JSON.stringify(json("adapter/adapter_config.json")),
    "adapter_model.safetensors": readFixture(`bert/${name}/adapter/adapter_model.safetensors`),
  };
  const { config: settings, tensors } = readPeftAdapter(files, peftBase(architecture, null));
  const labels: readonly string[] = json("batch.json").labels;
  const width = Number(config.hidden_size);
  const made = {
    shape: [labels.length, width],
    data: Float32Array.from({ length: labels.length * width }, (_, i) => Math.sin(i)),
  };
  const prototypes = { labels: labels.length, width, rate: 1, travel: "shared" } as const;
  const adapter: PeftAdapter = {
    config: { ...settings, prototypes },
    tensors: new Map([...tensors, [PROTOTYPES_KEY, made]]),
  };
  return { base: fixtureFiles(`bert/${name}`, names), config, adapter, labels };
}
