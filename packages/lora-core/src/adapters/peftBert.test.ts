/** Adapters of BertModel: PEFT's own file, and ours beside it. */
import { expect, test } from "vitest";
import { parseArchitecture } from "../architectures/modelConfig.ts";
import { peftBase } from "../architectures/peftBase.ts";
import { readSafetensors, writeSafetensors } from "../checkpoints/safetensors.ts";
import { readPeftAdapter, writePeftAdapter } from "./peftFormat.ts";
import { readFixture } from "./testing/peftFiles.ts";

test.each(["bert", "roberta"])(
  "%s: every factor that PEFT saved is read bit for bit, and written under the same names",
  (name) => {
    const text = (file: string) => new TextDecoder().decode(readFixture(`bert/${name}/${file}`));
    const architecture = parseArchitecture(JSON.parse(text("config.json")));
    const base = peftBase(architecture, null);
    const files = {
      "adapter_config.json": text("adapter/adapter_config.json"),
      "adapter_model.safetensors": readFixture(`bert/${name}/adapter/adapter_model.safetensors`),
    };
    const adapter = readPeftAdapter(files, base);
    expect(adapter.config).toMatchObject({ rank: 4, alpha: 8, dropout: 0 });
    expect(adapter.config.targetModules.toSorted()).toEqual([...architecture.defaultTargets].sort());
    const expected = readSafetensors(readFixture(`bert/${name}/expected.safetensors`));
    for (const [key, { data }] of adapter.tensors) expect([...data], key).toEqual([...(expected.get(key)?.data ?? [])]);

    const written = writePeftAdapter(adapter, base);
    const [ours, theirs] = [written, files].map((from) => readSafetensors(from["adapter_model.safetensors"]));
    expect([...(ours?.keys() ?? [])].sort()).toEqual([...(theirs?.keys() ?? [])].sort());
    expect(JSON.parse(written["adapter_config.json"]).task_type).toBe("FEATURE_EXTRACTION");
  },
);

test("factors on the pooler, which makes no vectors, are left out, and a file for all of dense stays off it", () => {
  const architecture = parseArchitecture(JSON.parse(new TextDecoder().decode(readFixture("bert/bert/config.json"))));
  const base = peftBase(architecture, null);
  const file = readSafetensors(readFixture("bert/bert/adapter/adapter_model.safetensors"));
  const pooler = (factor: string, shape: number[]) =>
    [`base_model.model.pooler.dense.${factor}.weight`, { shape, data: new Float32Array(96) }] as const;
  const wide = new Map([...file, pooler("lora_A", [4, 24]), pooler("lora_B", [24, 4])]);
  const config = { peft_type: "LORA", r: 4, lora_alpha: 8, target_modules: ["query", "key", "value", "dense"] };
  const adapter = readPeftAdapter(
    { "adapter_config.json": JSON.stringify(config), "adapter_model.safetensors": writeSafetensors(wide) },
    base,
  );
  expect(adapter.tensors.size).toBe(file.size);
  expect(adapter.config.targetModules.toSorted()).toEqual([...architecture.defaultTargets].sort());
  const all = { ...adapter, config: { ...adapter.config, targetModules: config.target_modules } };
  const targets: string[] = JSON.parse(writePeftAdapter(all, base)["adapter_config.json"]).target_modules;
  expect(targets.toSorted()).toEqual([...architecture.defaultTargets].sort());
});
