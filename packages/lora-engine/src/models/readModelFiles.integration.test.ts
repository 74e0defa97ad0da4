import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { hubFileUrl, parseHubAddress } from "@duet/lora-core/checkpoints/hubAddress";
import { openHubFolder } from "@duet/lora-core/checkpoints/hubModel";
import { fingerprint } from "@duet/lora-core/checkpoints/modelFileList";
import { describeModelFolder } from "@duet/lora-core/checkpoints/modelFolder";
import { download } from "@duet/lora-core/checkpoints/resumableDownload";
import { writeSafetensors } from "@duet/lora-core/checkpoints/safetensors";
import { HUB_COMMIT, type HubFiles, type HubUnderTest, startHub } from "@duet/lora-core/checkpoints/testing/hubServer";
import type { HostTensor } from "@duet/lora-core/tensors/namedTensors";
import { normal, random } from "@duet/lora-core/tensors/random";
import { describe, expect, it } from "vitest";
import { readModelFiles } from "./readModelFiles.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const jsonSha256 = (json: object) => sha256(new TextEncoder().encode(JSON.stringify(json)));
const tensor = (name: string): HostTensor => {
  const uniform = random(7, name);
  return { shape: [50, 40], data: Float32Array.from({ length: 2000 }, () => normal(uniform)) };
};
const first = new Map(["a", "b"].map((name) => [name, tensor(name)]));
const second = new Map([["c", tensor("c")]]);
const whole = writeSafetensors(first);
const folder = { "config.json": { model_type: "llama" }, "tokenizer.json": { version: "1.0" } };
const rest = { "README.md": { about: "tiny" }, "pytorch_model.bin": Uint8Array.of(1, 2, 3) };
const shards = { "one.safetensors": whole, "two.safetensors": writeSafetensors(second) };
const right = { a: "one.safetensors", b: "one.safetensors", c: "two.safetensors" };
const sharded = (weight_map: Record<string, string>) => ({
  ...folder,
  ...shards,
  "model.safetensors.index.json": { weight_map },
});

const openFolder = (hub: HubUnderTest) => openHubFolder(hub.address, parseHubAddress("acme/tiny@v1.0"));

/** As a federation's creator and a participant do: pinned first, then loaded by what was pinned. */
async function fetchFrom(hub: HubUnderTest) {
  const { address, ...opened } = await openFolder(hub);
  const { files } = await describeModelFolder(opened);
  const model = await readModelFiles(
    files.map(({ path }) => path),
    (name) => {
      const pinned = files.find(({ path }) => path === name)?.sha256 ?? "";
      const url = hubFileUrl(hub.address, parseHubAddress(address), name);
      return download(url, { sha256: pinned, onProgress: () => {}, retryMs: 1 });
    },
  );
  return { files, model };
}

describe("a model on a hub", () => {
  it("is pinned to a commit, with the size and the SHA-256 of every file it needs and no other", async () => {
    const chat = { "tokenizer_config.json": { chat_template: "{{ messages }}" }, "generation_config.json": { eos_token_id: 2 } };
    const hub = await startHub({ ...rest, ...folder, ...chat, "model.safetensors": whole });
    const opened = await openFolder(hub);
    expect(opened.address).toBe(`acme/tiny@${HUB_COMMIT}`);
    const { files, config } = await describeModelFolder(opened);
    expect(config).toEqual({ model_type: "llama" });
    expect(files).toEqual([
      { path: "config.json", bytes: 22, sha256: jsonSha256(folder["config.json"]) },
      { path: "tokenizer.json", bytes: 17, sha256: jsonSha256(folder["tokenizer.json"]) },
      { path: "tokenizer_config.json", bytes: 34, sha256: jsonSha256(chat["tokenizer_config.json"]) },
      { path: "generation_config.json", bytes: 18, sha256: jsonSha256(chat["generation_config.json"]) },
      { path: "model.safetensors", bytes: whole.length, sha256: sha256(whole) },
    ]);
    // The weights' hash is the hub's word for it; they were not downloaded.
    expect(hub.requests).toEqual([]);
    expect(fingerprint(files)).toBe(fingerprint(files.toReversed()));
    expect(fingerprint(files)).not.toBe(fingerprint(files.slice(1)));
  });

  it("comes in one file", async () => {
    const { model } = await fetchFrom(await startHub({ ...rest, ...folder, "model.safetensors": whole }));
    expect(model).toMatchObject({ config: { model_type: "llama" }, tokenizer: { version: "1.0" }, weights: first });
    expect(model).toMatchObject({ chat: null, stopTokens: [] });
  });

  it("brings its chat template and all tokens that end a text", async () => {
    const files = (eos: unknown) => ({
      ...folder,
      "chat_template.jinja": { role: "user" },
      "generation_config.json": { eos_token_id: eos },
      "model.safetensors": whole,
    });
    const { model } = await fetchFrom(await startHub(files([128_001, 128_009])));
    expect(model).toMatchObject({ chat: { source: '{"role":"user"}' }, stopTokens: [128_001, 128_009] });
    expect((await fetchFrom(await startHub(files(7)))).model.stopTokens).toEqual([7]);
    await expect(fetchFrom(await startHub(files("</s>")))).rejects.toThrow("generation_config.json cannot be used");
  });

  it("comes in shards, each checked and each once", async () => {
    const hub = await startHub(sharded(right), { cuts: [2000] });
    const { model, files } = await fetchFrom(hub);
    expect(model.weights).toEqual(new Map([...first, ...second]));
    expect(hub.requests).toEqual(["one.safetensors", "one.safetensors bytes=2000-", "two.safetensors"]);
    expect(files.map(({ path }) => path)).toEqual([
      "config.json",
      "tokenizer.json",
      "model.safetensors.index.json",
      "one.safetensors",
      "two.safetensors",
    ]);
  });

  it("comes in a GGUF file, whose beginning tells what it is", async () => {
    const file = new Uint8Array(readFileSync(new URL("../../../lora-core/fixtures/gguf/grouped.gguf", import.meta.url)));
    const hub = await startHub({ "tiny.gguf": file, ...rest });
    const { files, config } = await describeModelFolder(await openFolder(hub));
    expect(files).toEqual([{ path: "tiny.gguf", bytes: file.length, sha256: sha256(file) }]);
    expect(parseArchitecture(config)).toMatchObject({ family: "causal-lm", config: { layers: 2, keyValueHeads: 2 } });
    const { model } = await fetchFrom(hub);
    expect(model.config).toEqual(config);
    const several = await startHub({ "tiny.Q4.gguf": whole, "tiny.gguf": file, ...rest });
    const meant = await openHubFolder(several.address, parseHubAddress("acme/tiny:tiny.gguf"));
    expect((await describeModelFolder(meant)).files).toEqual(files);
  });

  it.each([
    ["a tensor that no shard has", { ...right, d: "two.safetensors" }, "two.safetensors has no tensor d"],
    ["a tensor in another shard", { ...right, c: "one.safetensors" }, "index"],
    [
      "a tensor that is left out",
      { a: "one.safetensors", c: "two.safetensors" },
      "has the tensor b, which the index does not say",
    ],
    ["a path instead of a name", { ...right, c: "@duet/lora-core/two.safetensors" }, "index is not valid at weight_map.c"],
    [
      "a file that is not there",
      { ...right, d: "three.safetensors" },
      "no three.safetensors, which model.safetensors.index.json",
    ],
    ["no files", {}, "its index names 0 files"],
  ])("is refused when its index names %s", async (_, weightMap, message) => {
    await expect(fetchFrom(await startHub(sharded(weightMap)))).rejects.toThrow(message);
  });

  const gguf = Uint8Array.of(0x47, 0x47, 0x55, 0x46);
  it.each<[string, HubFiles, string]>([
    ["it has no weights", folder, "neither model.safetensors nor a .gguf file"],
    ["it has no tokenizer", { "config.json": {}, "model.safetensors": whole }, "This model has no tokenizer.json"],
    ["it has several GGUF files", { "a.gguf": gguf, "b.gguf": gguf }, "There are 2 GGUF files: a.gguf, b.gguf; choose one"],
    ["its GGUF file is cut", { "a.gguf": gguf }, "it ends inside the header"],
    ["config.json is not JSON", { ...folder, "config.json": gguf, "model.safetensors": whole }, "config.json is not JSON"],
    ["config.json is no object", { ...folder, "config.json": [1], "model.safetensors": whole }, "config.json is not an object"],
    [
      "config.json is long",
      { ...folder, "config.json": { a: "x".repeat(70_000) }, "model.safetensors": whole },
      "config.json has more than 65536 bytes",
    ],
  ])("is refused when %s", async (_, files, message) => {
    await expect(fetchFrom(await startHub(files))).rejects.toThrow(message);
  });

  it("is refused when there is no such model, or no hub", async () => {
    const hub = await startHub(folder);
    await expect(openHubFolder(hub.address, parseHubAddress("acme/other"))).rejects.toThrow(
      "has no public model acme/other at main",
    );
    hub.close();
    await expect(openFolder(hub)).rejects.toThrow("cannot be reached");
  });
});
