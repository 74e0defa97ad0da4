import { createHash } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { parseHubAddress } from "@duet/lora-core/checkpoints/hubAddress";
import { openHubFolder } from "@duet/lora-core/checkpoints/hubModel";
import { fingerprint } from "@duet/lora-core/checkpoints/modelFileList";
import { describeModelFolder } from "@duet/lora-core/checkpoints/modelFolder";
import { readSafetensors, writeSafetensors } from "@duet/lora-core/checkpoints/safetensors";
import { HUB_COMMIT, startHub } from "@duet/lora-core/checkpoints/testing/hubServer";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import { PROTOCOL_VERSION } from "@duet/lora-core/protocol/version";
import { readModelFiles } from "@duet/lora-engine/models/readModelFiles";
import { expect, onTestFinished, test } from "vitest";
import { createCoordinator } from "../src/createCoordinator.ts";
import { createFederation, duetTiny, joinRequest } from "./support/federations.ts";
import { connectClient } from "./support/testClient.ts";

const grouped = "packages/lora-core/fixtures/gguf/grouped.gguf";
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** A coordinator over a folder with duet-tiny in two shards, a GGUF file, an incomplete model and a file that is none. */
async function startWithModels() {
  const folder = await mkdtemp(join(tmpdir(), "duet-models-"));
  const modelsDir = join(folder, "models");
  await writeShards(join(modelsDir, "in-shards"));
  await copyFile(grouped, join(modelsDir, "grouped.gguf"));
  await mkdir(join(modelsDir, "incomplete"));
  await copyFile("models/duet-tiny/config.json", join(modelsDir, "incomplete", "config.json"));
  await writeFile(join(modelsDir, "notes.txt"), "not a model");
  const coordinator = createCoordinator({ dataDir: join(folder, "data"), modelsDir, webDir: null });
  onTestFinished(async () => {
    await coordinator.close();
    await rm(folder, { recursive: true, force: true });
  });
  return { ...(await coordinator.listen(0)), modelsDir };
}

async function writeShards(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of ["config.json", "tokenizer.json", "README.md"])
    await copyFile(`models/duet-tiny/${name}`, join(folder, name));
  const tensors = [...readSafetensors(await readFile("models/duet-tiny/model.safetensors"))];
  const shards = [tensors.slice(0, 10), tensors.slice(10)];
  const weight_map: Record<string, string> = {};
  for (const [index, shard] of shards.entries()) {
    const file = `model-0000${index + 1}-of-00002.safetensors`;
    await writeFile(join(folder, file), writeSafetensors(new Map(shard)));
    for (const [key] of shard) weight_map[key] = file;
  }
  await writeFile(join(folder, "model.safetensors.index.json"), JSON.stringify({ weight_map }));
}

/** As a tab does: every listed file over HTTP, with the SHA-256 that the list says. */
function load(url: string, { files, source }: BaseModel) {
  const id = source.kind === "coordinator" ? source.id : "";
  const names = files.map(({ path }) => path);
  return readModelFiles(names, async (name) => {
    const bytes = new Uint8Array(await (await fetch(`${url}/models/${id}/${name}`)).arrayBuffer());
    const listed = files.find(({ path }) => path === name);
    expect([bytes.length, sha256(bytes)]).toEqual([listed?.bytes, listed?.sha256]);
    return bytes;
  });
}

async function createAndWatch(url: string, model: BaseModel) {
  const { organiser, created } = await createFederation(url, { model });
  const { federationId, watchToken: token } = created;
  return { created, snapshot: await organiser.watch(federationId, token) };
}

async function offered(url: string): Promise<ReadonlyMap<string, BaseModel>> {
  const client = await connectClient(url, { greet: false });
  const { models } = await client.call("session:hello", { protocolVersion: PROTOCOL_VERSION });
  return new Map(models.map((model) => [model.name, model]));
}

test("models in shards and GGUF files are offered and served, whatever else lies beside them is not", async () => {
  const { url } = await startWithModels();
  const models = await offered(url);
  expect([...models.keys()].sort()).toEqual(["grouped", "in-shards"]);

  const sharded = models.get("in-shards");
  if (!sharded) throw new Error("not offered");
  expect(sharded.files.map(({ path }) => path)).toEqual([
    "config.json",
    "tokenizer.json",
    "model.safetensors.index.json",
    "model-00001-of-00002.safetensors",
    "model-00002-of-00002.safetensors",
  ]);
  const loaded = await load(url, sharded);
  const original = readSafetensors(await readFile("models/duet-tiny/model.safetensors"));
  expect([...loaded.weights.keys()].sort()).toEqual([...original.keys()].sort());
  const last = [...original.keys()].at(-1) ?? "";
  expect(loaded.weights.get(last)?.data.slice(0, 50)).toEqual(original.get(last)?.data.slice(0, 50));
  expect((await fetch(`${url}/models/in-shards/README.md`)).status).toBe(404);

  const gguf = models.get("grouped");
  if (!gguf) throw new Error("not offered");
  expect(gguf.files).toEqual([{ path: "grouped.gguf", bytes: 72_096, sha256: sha256(await readFile(grouped)) }]);
  expect(parseArchitecture(gguf.config)).toMatchObject({ family: "causal-lm", config: { layers: 2 } });
  expect((await load(url, gguf)).config).toEqual(gguf.config);
  for (const path of ["grouped/notes.txt", "notes.txt/notes.txt", "incomplete/config.json", "grouped/..%2fnotes.txt"]) {
    expect([path, (await fetch(`${url}/models/${path}`)).status]).toEqual([path, 404]);
  }
});

test("a federation on a GGUF file runs over the adapters of its architecture", async () => {
  const { url } = await startWithModels();
  const model = (await offered(url)).get("grouped");
  if (!model) throw new Error("not offered");
  const { snapshot } = await createAndWatch(url, model);
  const { linears, parameters } = parseArchitecture(model.config);
  const queries = linears.filter(({ name }) => name.endsWith("q_proj"));
  const values = queries.reduce((sum, { inFeatures, outFeatures }) => sum + 2 * (inFeatures + outFeatures), 0);
  expect(snapshot).toMatchObject({
    adapterBytes: 4 * values,
    modelBytes: 4 * parameters,
    config: { model: { name: "grouped" } },
  });
});

test("a federation on a hub's model is pinned to its commit; the coordinator needs none of its weights", async () => {
  const { url } = await startWithModels();
  const [config, tokenizer, weights] = await Promise.all(
    ["config.json", "tokenizer.json", "model.safetensors"].map((name) => readFile(`models/duet-tiny/${name}`)),
  );
  const hub = await startHub({
    "config.json": JSON.parse(String(config)),
    "tokenizer.json": JSON.parse(String(tokenizer)),
    "model.safetensors": new Uint8Array(weights ?? []),
  });
  const folder = await openHubFolder(hub.address, parseHubAddress("acme/tiny"));
  const model: BaseModel = {
    name: "tiny",
    source: { kind: "hub", address: folder.address },
    ...(await describeModelFolder(folder)),
  };
  const { created, snapshot } = await createAndWatch(url, model);
  expect(snapshot.config.model.source).toEqual({ kind: "hub", address: `acme/tiny@${HUB_COMMIT}` });
  expect(snapshot.modelBytes).toBe(4 * parseArchitecture(duetTiny.config).parameters);
  expect(hub.requests).toEqual([]);

  const client = await connectClient(url);
  const join = joinRequest(created, "anna", 10);
  expect(await client.codeOf("client:join", join)).toBe("MODEL_MISMATCH");
  expect(await client.codeOf("client:join", { ...join, modelSha256: fingerprint(model.files) })).toBe("OK");
});
