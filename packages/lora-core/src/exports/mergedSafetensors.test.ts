/** Merged checkpoints: our forward pass on the base with PEFT's adapter and the merged file say the same; transformers reads ours. */
import { expect, test } from "vitest";
import { readPeftAdapter } from "../adapters/peftFormat.ts";
import { fixtureBase, fixtureConfig, readFixture, readPeftFiles } from "../adapters/testing/peftFiles.ts";
import { readSafetensors } from "../checkpoints/safetensors.ts";
import { mergedSafetensors, type Precision } from "./mergedSafetensors.ts";
import { fixtureFiles, written } from "./testing/baseFixtures.ts";

/** With what PEFT's merge_and_unload makes of the same adapter, from fixtures/exports/make_merged.py. */
test.each<readonly [string, string]>([
  ["gpt2", "from-peft/gpt2"],
  ["qwen3", "from-peft/qwen3"],
])("%s: every weight is what PEFT merges, to the rounding of a sum", async (name, folder) => {
  const files = await merged(name, folder, "base");
  const theirs = readSafetensors(readFixture(`exports/${name}.safetensors`));
  const ours = readSafetensors(files.get("model.safetensors") ?? new Uint8Array());
  const before = readSafetensors(readFixture(`causalLm/${name}/model.safetensors`));
  expect([...ours.keys()]).toEqual([...before.keys()]);
  let changed = 0;
  for (const [key, { data }] of ours) {
    const expected = theirs.get(key)?.data ?? before.get(key)?.data ?? new Float32Array();
    const far = data.reduce((most, value, at) => Math.max(most, Math.abs(value - (expected[at] ?? Number.NaN))), 0);
    expect(far, key).toBeLessThan(1e-6);
    changed += theirs.has(key) ? 1 : 0;
  }
  expect(changed).toBe(theirs.size);
  expect(changed).toBeGreaterThan(3);
});

test("the files beside the weights are the base's, but that the config says what the values are", async () => {
  const plain = await merged("qwen3", "from-peft/qwen3", "base");
  expect(plain.get("config.json")).toEqual(new Uint8Array(readFixture("causalLm/qwen3/config.json")));
  const wide = await merged("qwen3", "from-peft/qwen3", "F32");
  expect(JSON.parse(new TextDecoder().decode(wide.get("config.json"))).dtype).toBe("float32");
  expect(wide.get("model.safetensors")).toEqual(plain.get("model.safetensors"));
});

async function merged(name: string, folder: string, precision: Precision) {
  const update = readPeftAdapter(readPeftFiles(folder), fixtureBase(name).base);
  return written(
    await mergedSafetensors(
      fixtureFiles(`causalLm/${name}`, ["config.json", "model.safetensors", "tokenizer.json"]),
      fixtureConfig(name),
      update,
      precision,
    ),
  );
}
