import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { inspectModel } from "./inspectModel.ts";
import { readModelOnDisk } from "./modelOnDisk.ts";
import { inspectionText } from "./report.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const inspect = (model: string) => inspectModel(readModelOnDisk(model, join(root, "models")));

describe("inspect", () => {
  it("knows a decoder by its name in models/", () => {
    const found = inspect("duet-tiny");
    expect(found).toMatchObject({
      family: "causal-lm",
      modelType: "llama",
      layers: 4,
      heads: 4,
      keyValueHeads: 2,
      parameters: 3_803_392,
      tokenizer: { kind: "BPE", pieces: 4096 },
      hasChatTemplate: false,
      storedAs: [{ format: "F16", tensors: 38, values: 3_803_392 }],
    });
    // Per layer 8 (256 + 256) + 2 x 8 (256 + 128) + 8 (256 + 256) + 3 x 8 (256 + 640) values, four layers.
    expect(found.lora.ranks[1]).toEqual({ rank: 8, parameters: 143_360, bytes: 573_440 });
    expect(found.memory.map(({ batchSize, maxTokens }) => `${batchSize} x ${maxTokens}`)).not.toContain("4 x 1024");
  });

  it("knows an encoder by its folder", () => {
    expect(inspect(join(root, "models", "use-lite"))).toMatchObject({
      family: "encoder",
      layers: 2,
      width: 512,
      tokenizer: { kind: "Unigram", pieces: 8000 },
      storedAs: [{ format: "F32", tensors: 30 }],
      lora: { targets: ["qkv", "output", "up", "down"] },
    });
  });

  it("knows a GGUF file, and prints it as tables", () => {
    const found = inspect(join(root, "packages/lora-core/fixtures/gguf/grouped.gguf"));
    expect(found).toMatchObject({ family: "causal-lm", parameters: 17_472, tokenizer: { kind: "BPE", pieces: 11 } });
    const text = inspectionText(found);
    expect(text).toContain("layers          2, width 32, 4 heads (2 for keys and values)");
    expect(text).toMatch(/rank +parameters +bytes +up a round +down a round\n +4 +3,712 +14\.8 kB +14\.8 kB +14\.8 kB\n/);
    expect(text).toMatch(/rows x tokens +weights +activations +adapter +optimizer +step +evaluation +in all\n +1 x 64 +69\.9 kB/);
  });

  it("says what is missing", () => {
    expect(() => inspect("absent")).toThrow("There is no model absent");
    expect(() => inspect(join(root, "packages/lora-core/fixtures/causalLm/gpt2"))).toThrow("it has no tokenizer.json");
  });
});
