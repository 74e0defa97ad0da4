import { expect, it } from "vitest";
import smallConfig from "../../../../models/duet-tiny/config.json" with { type: "json" };
import { estimateMemory } from "./memoryEstimate.ts";
import { parseArchitecture } from "./modelConfig.ts";
import { bytesPerWeight, weightFileBytes } from "./weightStorage.ts";

const architecture = parseArchitecture(smallConfig);
const { parameters } = architecture;

it("tells 16-bit files by their size, and takes float32 for larger and for smaller ones", () => {
  const header = 9000;
  expect(bytesPerWeight(2 * parameters + header, parameters)).toBe(2);
  expect(bytesPerWeight(4 * parameters + header, parameters)).toBe(4);
  // Q8_0 and Q4_1 are expanded.
  expect(bytesPerWeight(1.0625 * parameters + header, parameters)).toBe(4);
  expect(bytesPerWeight(0.625 * parameters + header, parameters)).toBe(4);
});

it("counts shards and GGUF files, and nothing that lies beside them", () => {
  const files = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "tokenizer.json", "MODEL.GGUF"];
  expect(weightFileBytes(files.map((path, i) => ({ path, bytes: 10 ** i })))).toBe(1 + 10 + 1000);
});

it("makes half of the weights, and of the largest of them", () => {
  const adapter = { rank: 8, alpha: 16, dropout: 0, targetModules: [...architecture.defaultTargets] };
  const work = { batchSize: 1, maxTokens: 16, answerTokens: 2, evaluationRows: 1 };
  const [whole, half] = [work, { ...work, bytesPerWeight: 2 as const }].map((one) => estimateMemory(architecture, adapter, one));
  expect(half?.weights).toBe((whole?.weights ?? 0) / 2);
  expect(half?.largestWeight).toBe((whole?.largestWeight ?? 0) / 2);
  expect(half?.largestActivation).toBe(whole?.largestActivation);
  expect(half?.step).toBe((whole?.step ?? 0) - (half?.weights ?? 0));
});
