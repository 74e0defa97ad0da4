/** Adapters in PEFT's format from fixtures/peft and the small bases of fixtures/causalLm they belong to. */
import { readFileSync } from "node:fs";
import { type Architecture, parseArchitecture } from "../../architectures/modelConfig.ts";
import { peftBase } from "../../architectures/peftBase.ts";
import type { ConfigJson } from "../../checkpoints/modelFolder.ts";
import type { PeftBase, PeftFiles } from "../peftFormat.ts";

/** The bytes of a file below packages/lora-core/fixtures. */
export const readFixture = (path: string): Uint8Array => readFileSync(new URL(`../../../fixtures/${path}`, import.meta.url));

/** The files of an adapter: "from-peft/gpt2". */
export function readPeftFiles(folder: string): PeftFiles {
  return {
    "adapter_config.json": new TextDecoder().decode(readFixture(`peft/${folder}/adapter_config.json`)),
    "adapter_model.safetensors": readFixture(`peft/${folder}/adapter_model.safetensors`),
  };
}

/** The config.json of a base of fixtures/causalLm. */
export const fixtureConfig = (name: string): ConfigJson =>
  JSON.parse(new TextDecoder().decode(readFixture(`causalLm/${name}/config.json`)));

/** A base of fixtures/causalLm by its folder. */
export function fixtureBase(name: string): { architecture: Architecture; base: PeftBase } {
  const architecture = parseArchitecture(fixtureConfig(name));
  return { architecture, base: peftBase(architecture, null) };
}
