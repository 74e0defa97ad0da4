import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { readSafetensors } from "@duet/lora-core/checkpoints/safetensors";
import { sizeOf } from "@duet/lora-core/tensors/namedTensors";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { convertUseLite } from "./convertUseLite.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "duet-use-lite-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("convertUseLite", () => {
  it("makes a complete model folder once, and repairs a damaged one", () => {
    const folder = join(root, "use-lite");
    expect(convertUseLite(folder)).toBe(true);
    expect(readdirSync(root)).toEqual(["use-lite"]);
    expect(readdirSync(folder).sort()).toEqual(["LICENSE", "README.md", "config.json", "model.safetensors", "tokenizer.json"]);

    const written = statSync(join(folder, "model.safetensors")).mtimeMs;
    expect(convertUseLite(folder)).toBe(false);
    expect(statSync(join(folder, "model.safetensors")).mtimeMs).toBe(written);

    writeFileSync(join(folder, "model.safetensors"), "half a file");
    writeFileSync(join(folder, "stray.txt"), "left over");
    expect(convertUseLite(folder)).toBe(true);
    expect(readdirSync(folder)).not.toContain("stray.txt");
    expect(convertUseLite(folder)).toBe(false);
  });

  it("writes weights that its own config describes, down to the last parameter", () => {
    const folder = join(root, "use-lite");
    convertUseLite(folder);
    const tensors = readSafetensors(readFileSync(join(folder, "model.safetensors")));
    const { linears, parameters } = parseArchitecture(JSON.parse(readFileSync(join(folder, "config.json"), "utf8")));
    for (const { name, inFeatures, outFeatures } of linears) {
      expect(tensors.get(`${name}.weight`)?.shape).toEqual([outFeatures, inFeatures]);
      expect(tensors.get(`${name}.bias`)?.shape).toEqual([outFeatures]);
    }
    const stored = [...tensors].filter(([name]) => name !== "position.frequencies");
    expect(stored.reduce((sum, [, { shape }]) => sum + sizeOf(shape), 0)).toBe(parameters);
    expect(parameters).toBe(6_975_744);
  });
});
