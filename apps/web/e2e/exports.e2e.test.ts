/** Adapters out of a real tab in every format; what the files hold is read here, what others make of them is checked beside lora-core's fixtures. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { startPushHub } from "@duet/client/testing/pushHub";
import { readPeftAdapter } from "@duet/lora-core/adapters/peftFormat";
import { describeModel } from "@duet/lora-core/architectures/describeModel";
import { readGguf } from "@duet/lora-core/checkpoints/gguf/readGguf";
import { readSafetensors } from "@duet/lora-core/checkpoints/safetensors";
import { HUB_COMMIT, startHub } from "@duet/lora-core/checkpoints/testing/hubServer";
import { memoryFolder } from "@duet/lora-core/checkpoints/testing/memoryFolder";
import { federationBase } from "@duet/lora-core/federation/federationBase";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import { unzipSync } from "fflate";
import type { Page } from "playwright";
import { afterEach, expect, it } from "vitest";
import { readAdapterArchive } from "../src/adapters/adapterArchive.ts";
import { join } from "./support/participant.ts";
import { problemsOf } from "./support/problems.ts";
import { type Stage, startStage } from "./support/stage.ts";

const DEADLINE_MS = 240_000;
const scenario = logsScenario({ clients: 1, seed: 5, rowsPerClient: 40 });

/** A folder as a hub has it. */
type Folder = Readonly<Record<string, Uint8Array | object>>;
const servers: { close(): unknown }[] = [];
afterEach(async () => {
  for (const server of servers.splice(0).reverse()) await server.close();
});

/** A federation of one tab on the hub's model, or on one of the coordinator's by its name, until it is over. */
async function finished(base: Folder | string): Promise<{ readonly page: Page; readonly config: FederationConfig }> {
  const hub = typeof base === "string" ? null : await startHub(base);
  const stage = await startStage(hub ? { hub: hub.address } : {});
  servers.push(...(hub ? [hub] : []), stage);
  return finishedOn(stage, typeof base === "string" ? await offered(stage, base) : await described(base));
}

async function finishedOn(stage: Stage, model: BaseModel): Promise<{ readonly page: Page; readonly config: FederationConfig }> {
  const small = { rounds: 1, localSteps: 3, innerSteps: 2, minClients: 1, training: { batchSize: 4, maxTokens: 24 } };
  const config = defaultFederation({ name: "Night shift", model, task: scenario.task, ...small });
  const federation = await stage.open(config);
  const file = await stage.writeRows("rows", scenario.clients[0]?.rows ?? []);
  const data = { name: "nadia", file, input: "input", answer: "answer" };
  const { page } = await join(stage.browser, federation.inviteUrl, data, { deadlineMs: DEADLINE_MS });
  await federation.until("the end", ({ phase }) => phase === "finished", DEADLINE_MS);
  return { page, config };
}

async function offered(stage: Stage, base: string): Promise<BaseModel> {
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === base);
  if (!model) throw new Error(`The coordinator does not offer ${base}`);
  return model;
}

/** What the page would find out of the hub's folder. */
async function described(folder: Folder): Promise<BaseModel> {
  const { files, config } = await describeModel(memoryFolder(folder));
  return { name: "acme", source: { kind: "hub", address: `acme/tiny@${HUB_COMMIT}` }, files, config };
}

/** duet-tiny with texts split as GPT-2 splits them: its own way has no name in llama.cpp. */
async function tinyDecoder(): Promise<Folder> {
  const read = (name: string) => readFile(resolve("models/duet-tiny", name));
  const json = async (name: string) => JSON.parse(String(await read(name)));
  const split = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  return {
    "config.json": await json("config.json"),
    "tokenizer.json": { ...(await json("tokenizer.json")), pre_tokenizer: split },
    "model.safetensors": new Uint8Array(await read("model.safetensors")),
  };
}

/** The small BERT of lora-core's fixtures, which sentence-transformers saved. */
async function tinyEncoder(): Promise<Folder> {
  const read = (name: string) => readFile(resolve("packages/lora-core/fixtures/bert/bert", name));
  const names = ["config.json", "tokenizer.json", "tokenizer_config.json", "modules.json", "1_Pooling/config.json"];
  const beside = [...names, "sentence_bert_config.json", "config_sentence_transformers.json"];
  const json = async (name: string) => [name, JSON.parse(String(await read(name)))] as const;
  const weights = new Uint8Array(await read("model.safetensors"));
  return { ...Object.fromEntries(await Promise.all(beside.map(json))), "model.safetensors": weights };
}

const adaptersOf = (page: Page) => page.getByRole("region", { name: "Your adapters" });

async function filesAs(
  page: Page,
  format: string,
): Promise<{ readonly name: string; readonly files: Record<string, Uint8Array> }> {
  const panel = adaptersOf(page);
  await panel.getByLabel("Format").selectOption(format);
  const button = panel.getByRole("button", { name: "Export the personal adapter" });
  const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
  const archive = await readFile(await download.path());
  return { name: download.suggestedFilename(), files: unzipSync(new Uint8Array(archive)) };
}

const text = (content: Uint8Array | undefined) => new TextDecoder().decode(content);

it("a decoder's adapter leaves a tab as PEFT files, merged safetensors and GGUF, each the same adapter", async () => {
  const { page, config } = await finished(await tinyDecoder());
  const peft = await filesAs(page, "PEFT adapter");
  expect(peft.name).toBe("night-shift-personal.zip");
  const named = Object.entries(peft.files).map(([name, bytes]) => ({ name, bytes }));
  const adapter = readPeftAdapter(readAdapterArchive(named), federationBase(config.model));

  const before = readSafetensors(await readFile(resolve("models/duet-tiny/model.safetensors")));
  const wide = await filesAs(page, "Merged safetensors, 32 bits");
  expect(wide.name).toBe("night-shift-personal-merged-f32.zip");
  expect(Object.keys(wide.files).sort()).toEqual(["README.md", "config.json", "model.safetensors", "tokenizer.json"]);
  const merged = readSafetensors(wide.files["model.safetensors"] ?? new Uint8Array());
  const { rank, alpha } = adapter.config;
  for (const [key, { data, shape }] of merged) {
    const module = key.replace(/weight$/, "");
    const [a, b] = ["lora_A", "lora_B"].map((factor) => adapter.tensors.get(`${module}${factor}.weight`)?.data);
    const width = shape[1] ?? 1;
    // The first value and one in the middle: W + (alpha / rank) B A.
    for (const at of [0, Math.floor(data.length / 2) + 3]) {
      const [row, column] = [Math.floor(at / width), at % width];
      let change = 0;
      for (let r = 0; a && b && r < rank; r++) change += (b[row * rank + r] ?? 0) * (a[r * width + column] ?? 0);
      expect(data[at], key).toBeCloseTo((before.get(key)?.data[at] ?? Number.NaN) + (alpha / rank) * change, 6);
    }
  }
  const narrow = await filesAs(page, "Merged safetensors");
  expect(narrow.files["model.safetensors"]?.length).toBeLessThan(0.6 * (wide.files["model.safetensors"]?.length ?? 0));
  expect(text(narrow.files["README.md"])).toContain("# Night shift: personal model");

  const lora = await filesAs(page, "GGUF LoRA");
  const { tensors } = readGguf(lora.files["adapter.gguf"] ?? new Uint8Array());
  expect(tensors.get("blk.0.attn_v.weight.lora_a")?.data).toEqual(
    adapter.tensors.get("model.layers.0.self_attn.v_proj.lora_A.weight")?.data,
  );

  const tokenizer = JSON.parse(text(narrow.files["tokenizer.json"]));
  for (const [format, name] of [
    ["Merged GGUF, F16", "model-F16.gguf"],
    ["Merged GGUF, Q8_0", "model-Q8_0.gguf"],
  ] as const) {
    const whole = await filesAs(page, format);
    const read = readGguf(whole.files[name] ?? new Uint8Array());
    expect(read.metadata.get("tokenizer.ggml.pre")).toBe("gpt-2");
    expect(read.metadata.get("tokenizer.ggml.merges")).toHaveLength(tokenizer.model.merges.length);
    const values = read.tensors.get("blk.0.attn_v.weight")?.data ?? new Float32Array();
    const exact = merged.get("model.layers.0.self_attn.v_proj.weight")?.data ?? new Float32Array();
    const largest = exact.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const far = exact.reduce((most, value, at) => Math.max(most, Math.abs(value - (values[at] ?? Number.NaN))), 0);
    expect(far).toBeLessThan(largest * (name.includes("F16") ? 2 ** -11 : 0.5 / 127 + 2 ** -10));
    expect(values.length).toBe(exact.length);
  }
  await page.context().close();
});

it("an encoder's adapter leaves a tab as a folder of sentence-transformers, and as ONNX", async () => {
  const { page, config } = await finished(await tinyEncoder());
  const labels = config.task.kind === "label" ? config.task.labels : [];
  const { files } = await filesAs(page, "sentence-transformers");
  expect(JSON.parse(text(files["labels.json"]))).toEqual(labels);
  const again = await describeModel(memoryFolder(files));
  expect(again.config).toEqual(config.model.config);
  expect(text(files["README.md"])).toContain("SentenceTransformer(str(folder))");
  const onnx = await filesAs(page, "ONNX");
  const merged = readSafetensors(files["model.safetensors"] ?? new Uint8Array());
  const norm = merged.get("embeddings.LayerNorm.weight")?.data ?? new Float32Array();
  const graph = Buffer.from(onnx.files["onnx/model.onnx"] ?? new Uint8Array());
  expect(graph.includes(Buffer.from(norm.slice().buffer))).toBe(true);
  expect(graph.includes("sentence_embedding")).toBe(true);
  await page.context().close();
});

it("a format that does not fit the base is refused with the reason, and nothing can be downloaded in it", async () => {
  const { page } = await finished("use-lite");
  const panel = adaptersOf(page);
  await panel.getByLabel("Format").selectOption("GGUF LoRA");
  await panel.getByText("Not for this federation. llama.cpp takes adapters of the Llama, Qwen2 and Qwen3 families").waitFor();
  expect(await panel.getByRole("button", { name: "Export the personal adapter" }).isDisabled()).toBe(true);
  await panel.getByLabel("Format").selectOption("PEFT adapter");
  expect(await panel.getByRole("button", { name: "Export the personal adapter" }).isEnabled()).toBe(true);
  await page.context().close();
});

it("an adapter goes to a hub straight from the tab, and its token nowhere else", async () => {
  const token = "hf_e2eTokenThatWrites";
  const hub = await startPushHub(token);
  const stage = await startStage({ hub: hub.address });
  servers.push(hub, stage);
  const { page, config } = await finishedOn(stage, await offered(stage, "use-lite"));
  const elsewhere: string[] = [];
  page.on("request", (request) => {
    const sent = JSON.stringify([request.url(), request.headers(), request.postData()]);
    if (sent.includes(token) && !request.url().startsWith(hub.address)) elsewhere.push(request.url());
  });
  const panel = adaptersOf(page);
  await panel.getByText("Put it on the hub").click();
  await panel.getByLabel("Adapter", { exact: true }).selectOption("personal");
  await panel.getByRole("textbox", { name: "Repository" }).fill("acme/night-shift");
  await panel.getByLabel("Access token").fill("hf_wrong");
  await panel.getByRole("button", { name: "Push" }).click();
  await panel.getByText("does not know this token").waitFor();
  expect(await problemsOf(page)).toEqual([]);
  expect(hub.repositories.size).toBe(0);
  await panel.getByLabel("Access token").fill(token);
  await panel.getByRole("button", { name: "Push" }).click();
  await panel.getByRole("link", { name: `${hub.address}/acme/night-shift` }).waitFor();
  const repository = hub.repositories.get("acme/night-shift");
  expect(repository?.visibility).toBe("private");
  expect(repository?.titles).toEqual(["From the federation Night shift"]);
  const { files } = await filesAs(page, "PEFT adapter");
  for (const [name, content] of Object.entries(files))
    expect(Buffer.from(content).equals(repository?.files.get(name) ?? Buffer.alloc(0)), name).toBe(true);
  expect(repository?.files.size).toBe(Object.keys(files).length);
  // Not a second time by itself, and in nothing that the browser keeps.
  expect(await panel.getByLabel("Access token").inputValue()).toBe("");
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href]));
  expect(kept).not.toContain(token);
  expect(elsewhere).toEqual([]);
  expect(config.name).toBe("Night shift");
  await page.context().close();
});

it("who signs in at the hub, in a window of its own, needs no token by hand", async () => {
  const token = "hf_e2eBySignIn";
  const hub = await startPushHub(token);
  const stage = await startStage({ hub: hub.address, hubClientId: "duet-app" });
  servers.push(hub, stage);
  const { page } = await finishedOn(stage, await offered(stage, "use-lite"));
  const panel = adaptersOf(page);
  await panel.getByText("Put it on the hub").click();
  await panel.getByRole("button", { name: "Sign in to the hub" }).click();
  await panel.getByRole("button", { name: "Signed in to the hub" }).waitFor();
  await panel.getByRole("textbox", { name: "Repository" }).fill("acme/signed-in");
  await panel.getByRole("button", { name: "Push" }).click();
  await panel.getByRole("link", { name: `${hub.address}/acme/signed-in` }).waitFor();
  expect(hub.repositories.get("acme/signed-in")?.files.has("adapter_model.safetensors")).toBe(true);
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  expect(kept).not.toContain(token);
  expect(kept).not.toContain("oauth");
  await page.context().close();
});
