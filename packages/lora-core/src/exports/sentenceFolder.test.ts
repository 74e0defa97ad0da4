/** Folders of sentence-transformers, read back here; what that library makes of them is checked by fixtures/exports/check_sentence_folder.py. */
import { expect, test } from "vitest";
import { readFixture } from "../adapters/testing/peftFiles.ts";
import { describeModel } from "../architectures/describeModel.ts";
import { readSafetensors } from "../checkpoints/safetensors.ts";
import { memoryFolder } from "../checkpoints/testing/memoryFolder.ts";
import { sentenceFolder } from "./sentenceFolder.ts";
import { bertFixture, fixtureFiles, written } from "./testing/baseFixtures.ts";

test.each(["bert", "roberta"] as const)(
  "%s: is read as the same encoder with the same settings, its weights moved",
  async (name) => {
    const { base, config, adapter, labels } = await bertFixture(name);
    const files = await written(await sentenceFolder(base, config, labels, adapter));
    const described = await describeModel(memoryFolder(Object.fromEntries(files)));
    expect(described.config).toEqual(config);
    expect(JSON.parse(new TextDecoder().decode(files.get("labels.json")))).toEqual(labels);
    const prototypes = readSafetensors(files.get("prototypes.safetensors") ?? new Uint8Array()).get("labels.weight");
    expect(prototypes?.data).toEqual(adapter.tensors.get("labels.weight")?.data);
    const before = readSafetensors(readFixture(`bert/${name}/model.safetensors`));
    const moved = [...readSafetensors(files.get("model.safetensors") ?? new Uint8Array())]
      .filter(([key, { data }]) => data.some((value, at) => value !== before.get(key)?.data[at]))
      .map(([key]) => key);
    // Each adapted module has two factors.
    expect(moved).toHaveLength((adapter.tensors.size - 1) / 2);
    expect(moved).toContain(`${name === "roberta" ? "roberta." : ""}encoder.layer.0.attention.self.query.weight`);
  },
);

test("without prototypes and labels there are no files of them; a decoder is refused", async () => {
  const { base, config, adapter } = await bertFixture("bert");
  const factors = new Map([...adapter.tensors].filter(([key]) => key !== "labels.weight"));
  const { prototypes: _, ...settings } = adapter.config;
  const files = await sentenceFolder(base, config, [], { config: settings, tensors: factors });
  expect(files.map(({ name }) => name).filter((name) => /labels|prototypes/.test(name))).toEqual([]);
  const decoder = fixtureFiles("causalLm/gpt2", ["config.json", "model.safetensors", "tokenizer.json"]);
  const json = JSON.parse(new TextDecoder().decode(readFixture("causalLm/gpt2/config.json")));
  await expect(sentenceFolder(decoder, json, [], adapter)).rejects.toThrow("no model of this family");
});
