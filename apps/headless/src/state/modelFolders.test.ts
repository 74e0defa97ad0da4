import { mkdtempSync, readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { adapterLayout } from "@duet/lora-core/adapters/adapterLayout";
import { readGguf } from "@duet/lora-core/checkpoints/gguf/readGguf";
import { hashedFiles } from "@duet/lora-core/checkpoints/modelFolder";
import { readSafetensors } from "@duet/lora-core/checkpoints/safetensors";
import { sha256Of } from "@duet/lora-core/checkpoints/sha256";
import { federationAdapter } from "@duet/lora-core/federation/clientAdapters";
import { federationBase } from "@duet/lora-core/federation/federationBase";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import { sizeOf } from "@duet/lora-core/tensors/namedTensors";
import { expect, test } from "vitest";
import { modelFiles } from "../engine/loadModel.ts";
import type { FolderAdapter } from "./adapterFolders.ts";
import type { AdapterOrigin } from "./adapterOrigin.ts";
import { writeModel } from "./modelFolders.ts";

const TINY = fileURLToPath(new URL("../../../../models/duet-tiny/", import.meta.url));

/** duet-tiny from its own folder, and an adapter on it whose factors are all 0.01. */
async function tinyFederation() {
  const contents = (name: string) => readFileSync(join(TINY, name));
  const names = ["config.json", "tokenizer.json", "model.safetensors"];
  const source = {
    names,
    bytesOf: (name: string) => contents(name).byteLength,
    read: async (name: string) => contents(name),
    sha256: async (name: string) => sha256Of(contents(name)),
  };
  const model: BaseModel = {
    name: "duet-tiny",
    source: { kind: "files" },
    files: await hashedFiles(source, names),
    config: JSON.parse(contents("config.json").toString("utf8")),
  };
  const config = defaultFederation({ name: "logs", model, task: { kind: "label", labels: ["a", "b"] }, rounds: 2 });
  const base = federationBase(model);
  const tensors = new Map(
    adapterLayout(base.linears, config.adapter).map(({ key, shape }) => [
      key,
      { shape, data: new Float32Array(sizeOf(shape)).fill(0.01) },
    ]),
  );
  const folder = mkdtempSync(join(tmpdir(), "duet-"));
  const origin: AdapterOrigin = { version: 1, coordinator: "http://localhost/", hub: "http://localhost/", config };
  const adapter: FolderAdapter = {
    kind: "shared",
    folder: join(folder, "shared"),
    adapter: federationAdapter(tensors, config.adapter, base),
    round: 1,
    fusion: null,
    figures: null,
  };
  const files = modelFiles(model, { baseUrl: "", hub: "", folder: join(folder, "state"), modelFolder: TINY });
  return { origin, adapter, files };
}

test("a base that is halves is merged in 32 bits: W + s B A in the adapted modules, nothing else changed", async () => {
  const { origin, adapter, files } = await tinyFederation();
  const { folder } = await writeModel(adapter, "merged-f32", files, origin);
  expect(folder).toBe(`${adapter.folder}-merged-f32`);
  expect(readdirSync(folder).sort()).toEqual(["README.md", "config.json", "model.safetensors", "tokenizer.json"]);
  expect(JSON.parse(readFileSync(join(folder, "config.json"), "utf8")).torch_dtype).toBe("float32");
  expect(readFileSync(join(folder, "README.md"), "utf8")).toContain("worked into its weights, in 32 bits");
  expect(statSync(join(folder, "model.safetensors")).mode & 0o077).toBe(0);
  const ours = readSafetensors(readFileSync(join(folder, "model.safetensors")));
  const base = readSafetensors(readFileSync(join(TINY, "model.safetensors")));
  expect([...ours.keys()]).toEqual([...base.keys()]);
  const { rank, alpha } = adapter.adapter.config;
  for (const [key, { data }] of ours) {
    const change = adapter.adapter.tensors.has(key.replace(/weight$/, "lora_A.weight")) ? (alpha / rank) * rank * 0.01 ** 2 : 0;
    const before = base.get(key)?.data ?? new Float32Array();
    const far = data.reduce((most, value, at) => Math.max(most, Math.abs(value - (before[at] ?? Number.NaN) - change)), 0);
    expect(far, key).toBeLessThan(change === 0 ? 1e-30 : 1e-6);
  }
});

test("with the base's numbers the file is as large as the base's; for llama.cpp the adapter is a file by itself", async () => {
  const { origin, adapter, files } = await tinyFederation();
  const merged = await writeModel(adapter, "merged", files, origin);
  const sizes = [merged.folder, TINY].map((folder) => statSync(join(folder, "model.safetensors")).size);
  expect(Math.abs((sizes[0] ?? 0) - (sizes[1] ?? 0))).toBeLessThan(4096);
  const { folder } = await writeModel(adapter, "gguf-lora", files, origin);
  expect(readdirSync(folder).sort()).toEqual(["README.md", "adapter.gguf"]);
  expect(readGguf(readFileSync(join(folder, "adapter.gguf"))).tensors.size).toBe(adapter.adapter.tensors.size);
});
