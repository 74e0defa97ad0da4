import { describe, expect, it } from "vitest";
import smallConfig from "../../../../models/duet-tiny/config.json" with { type: "json" };
import { deviceLimits } from "./deviceLimits.ts";
import { estimateMemory, occupiedBytes } from "./memoryEstimate.ts";
import { adviseOnMemory, type Settings } from "./memoryProposal.ts";
import { parseArchitecture } from "./modelConfig.ts";

const architecture = parseArchitecture(smallConfig);
const adapter = { rank: 16, alpha: 16, dropout: 0, targetModules: [...architecture.defaultTargets] };
const work = { batchSize: 8, maxTokens: 128, answerTokens: 4, evaluationRows: 4 };
const wanted: Settings = { batchSize: 8, maxTokens: 128, rank: 16 };
const neededBy = ({ batchSize, maxTokens, rank }: Settings) =>
  occupiedBytes(estimateMemory(architecture, { ...adapter, rank }, { ...work, batchSize, maxTokens }));
const adviceFor = (bytes: number | null, tensorBytes: number | null = null) =>
  adviseOnMemory(architecture, adapter, work, { bytes, tensorBytes });

describe("deviceLimits", () => {
  it("takes half of the memory the browser tells of, and no more than the heap of wasm", () => {
    expect(deviceLimits({ backend: "wasm", memoryGib: 4, bufferBytes: null })).toMatchObject({ bytes: 2 ** 31 });
    expect(deviceLimits({ backend: "wasm", memoryGib: 8, bufferBytes: null })).toMatchObject({ bytes: 2 ** 32 });
    expect(deviceLimits({ backend: "wasm", memoryGib: null, bufferBytes: null })).toMatchObject({ bytes: 2 ** 32 });
  });

  it("takes the largest buffer of a GPU, and does not guess its memory", () => {
    expect(deviceLimits({ backend: "webgpu", memoryGib: 8, bufferBytes: 2 ** 27 })).toEqual({
      bytes: null,
      tensorBytes: 2 ** 27,
    });
  });
});

describe("adviseOnMemory", () => {
  it("changes nothing where it fits, or where nothing is known", () => {
    expect(adviceFor(neededBy(wanted))).toEqual({ needed: neededBy(wanted), available: neededBy(wanted), fit: { kind: "fits" } });
    expect(adviceFor(null)).toEqual({ needed: neededBy(wanted), available: null, fit: { kind: "fits" } });
  });

  it.each<[string, Settings]>([
    ["the largest batch that fits, first of all", { ...wanted, batchSize: 5 }],
    ["shorter rows when one row is too much", { ...wanted, batchSize: 1, maxTokens: 72 }],
    ["a lower rank at last", { batchSize: 1, maxTokens: 32, rank: 9 }],
  ])("proposes %s", (_, settings) => {
    expect(adviceFor(neededBy(settings)).fit).toEqual({ kind: "change", settings });
  });

  it("says when no settings fit: too little for the weights, or a tensor larger than the device takes", () => {
    expect(adviceFor(30e6).fit).toEqual({ kind: "never" });
    // The embeddings are 4096 x 256 values.
    expect(adviceFor(null, 4 * 4096 * 256 - 1).fit).toEqual({ kind: "never" });
    expect(adviceFor(null, 4 * 4096 * 256).fit).toEqual({ kind: "fits" });
  });
});
