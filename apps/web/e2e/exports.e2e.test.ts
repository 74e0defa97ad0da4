/** Adapters out of a real tab in every format; what the files hold is read here, what others make of them is checked beside lora-core's fixtures. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { readPeftAdapter } from "@duet/lora-core/adapters/peftFormat";
import { readGguf } from "@duet/lora-core/checkpoints/gguf/readGguf";
import { readSafetensors } from "@duet/lora-core/checkpoints/safetensors";
import { federationBase } from "@duet/lora-core/federation/federationBase";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import { unzipSync } from "fflate";
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readAdapterArchive } from "../src/adapters/adapterArchive.ts";
import { join } from "./support/participant.ts";
import { type Stage, startStage } from "./support/stage.ts";

const DEADLINE_MS = 240_000;
const scenario = logsScenario({ clients: 1, seed: 5, rowsPerClient: 40 });

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());

/** A federation of one tab on this base, until it is over. */
async function finished(base: string): Promise<{ readonly page: Page; readonly config: FederationConfig }> {
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === base);
  if (!model) throw new Error(`The coordinator does not offer ${base}`);
  const small = { rounds: 1, localSteps: 3, innerSteps: 2, minClients: 1, training: { batchSize: 4, maxTokens: 24 } };
  const config = defaultFederation({ name: "Night shift", model, task: scenario.task, ...small });
  const federation = await stage.open(config);
  const file = await stage.writeRows(`rows-${base}`, scenario.clients[0]?.rows ?? []);
  const data = { name: "nadia", file, input: "input", answer: "answer" };
  const { page } = await join(stage.browser, federation.inviteUrl, data, { deadlineMs: DEADLINE_MS });
  await federation.until("the end", ({ phase }) => phase === "finished", DEADLINE_MS);
  return { page, config };
}

const adaptersOf = (page: Page) => page.getByRole("region", { name: "Your adapters" });

async function filesAs(
  page: Page,
  format: string,
): Promise<{ readonly name: string; readonly files: Record<string, Uint8Array> }> {
  const panel = adaptersOf(page);
  await panel.getByLabel("Format").selectOption(format);
  const button = panel.getByRole("button", { name: "Download the personal adapter" });
  const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
  const archive = await readFile(await download.path());
  return { name: download.suggestedFilename(), files: unzipSync(new Uint8Array(archive)) };
}

const text = (content: Uint8Array | undefined) => new TextDecoder().decode(content);

it("a decoder's adapter leaves a tab as PEFT files, merged safetensors and GGUF, each the same adapter", async () => {
  const { page, config } = await finished("duet-tiny");
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
  await page.context().close();
});

it("a format that does not fit the base is refused with the reason, and nothing can be downloaded in it", async () => {
  const { page } = await finished("use-lite");
  const panel = adaptersOf(page);
  await panel.getByLabel("Format").selectOption("GGUF LoRA");
  await panel.getByText("Not for this federation. llama.cpp takes adapters of the Llama, Qwen2 and Qwen3 families").waitFor();
  expect(await panel.getByRole("button", { name: "Download the personal adapter" }).isDisabled()).toBe(true);
  await panel.getByLabel("Format").selectOption("PEFT adapter");
  expect(await panel.getByRole("button", { name: "Download the personal adapter" }).isEnabled()).toBe(true);
  await page.context().close();
});
