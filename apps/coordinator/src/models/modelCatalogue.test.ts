/** Models in a folder: those that can be loaded are offered, and the log says why the others are not. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSafetensors, writeSafetensors } from "@duet/lora-core/checkpoints/safetensors";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { modelPathsIn, readModelCatalogue } from "./modelCatalogue.ts";

const DUET_TINY = "models/duet-tiny";

/** A models folder, and what is offered and said of it. */
async function catalogueOf(write: (modelsDir: string) => Promise<void>) {
  const modelsDir = await mkdtemp(join(tmpdir(), "duet-models-"));
  onTestFinished(() => rm(modelsDir, { recursive: true, force: true }));
  await write(modelsDir);
  const lines: { model: string; error: string; msg: string }[] = [];
  const logger = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
  const catalogue = await readModelCatalogue(await modelPathsIn(modelsDir), logger);
  return { ids: [...catalogue.keys()].sort(), reasons: new Map(lines.map(({ model, error }) => [model, error])) };
}

async function copyDuetTiny(folder: string, changes: Readonly<Record<string, string | Uint8Array>> = {}): Promise<void> {
  await mkdir(folder);
  for (const name of ["config.json", "tokenizer.json", "model.safetensors"]) await cp(join(DUET_TINY, name), join(folder, name));
  for (const [name, content] of Object.entries(changes)) await writeFile(join(folder, name), content);
}

test("a model that could not be loaded is left out, with the reason in the log", async () => {
  const weights = await readFile(join(DUET_TINY, "model.safetensors"));
  const config = JSON.parse(await readFile(join(DUET_TINY, "config.json"), "utf8"));
  const tensors = readSafetensors(weights);
  tensors.delete("model.norm.weight");
  const { ids, reasons } = await catalogueOf(async (modelsDir) => {
    await copyDuetTiny(join(modelsDir, "whole"));
    await copyDuetTiny(join(modelsDir, "headless"), { "model.safetensors": writeSafetensors(tensors) });
    await copyDuetTiny(join(modelsDir, "wider"), { "config.json": JSON.stringify({ ...config, intermediate_size: 999 }) });
    await copyDuetTiny(join(modelsDir, "cut"), { "model.safetensors": weights.subarray(0, -100) });
    await copyDuetTiny(join(modelsDir, "strange"), { "tokenizer.json": JSON.stringify({ model: { type: "Odd" } }) });
    await cp("packages/lora-core/fixtures/gguf/grouped.gguf", join(modelsDir, "plain.gguf"));
    for (const part of [1, 2]) {
      await cp("packages/lora-core/fixtures/gguf/grouped.gguf", join(modelsDir, `big-0000${part}-of-00002.gguf`));
    }
  });
  expect(ids).toEqual(["plain", "whole"]);
  expect(reasons.get("headless")).toContain("no tensor model.norm.weight, which its config.json asks for");
  expect(reasons.get("wider")).toContain("its config.json says [999,256]");
  expect(reasons.get("cut")).toContain("its tensors need");
  expect(reasons.get("strange")).toContain("its model is of the type Odd");
  expect(reasons.get("big-00002-of-00002")).toContain("llama-gguf-split --merge big-00001-of-00002.gguf big.gguf");
  expect(reasons.size).toBe(6);
});
