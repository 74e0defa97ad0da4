import { describe, expect, it } from "vitest";
import smallConfig from "../../../../models/duet-tiny/config.json" with { type: "json" };
import { deviceLimits } from "./deviceLimits.ts";
import { estimateMemory, occupiedBytes } from "./memoryEstimate.ts";
import { adviseOnMemory, fittingRank, type Settings } from "./memoryProposal.ts";
import { parseArchitecture } from "./modelConfig.ts";
import type { StepMemory } from "./stepMemory.ts";

const architecture = parseArchitecture(smallConfig);
const adapter = { rank: 16, alpha: 16, dropout: 0, targetModules: [...architecture.defaultTargets] };
const work = { batchSize: 8, maxTokens: 128, answerTokens: 4, evaluationRows: 1 };
const wanted: Settings = { maxTokens: 128, rank: 16 };
const whole: StepMemory = { rowsAtOnce: 8, recompute: false };
const neededBy = ({ maxTokens, rank }: Settings, { rowsAtOnce, recompute }: StepMemory) =>
  occupiedBytes(estimateMemory(architecture, { ...adapter, rank }, { ...work, batchSize: rowsAtOnce, recompute, maxTokens }));
const adviceFor = (bytes: number | null, tensorBytes: number | null = null, weightBytes: number | null = null) =>
  adviseOnMemory(architecture, adapter, work, { bytes, tensorBytes, weightBytes });

describe("deviceLimits", () => {
  it("takes half of the memory the browser tells of, and no more than the heap of wasm", () => {
    expect(deviceLimits({ backend: "wasm", memoryGib: 4, buffers: null })).toMatchObject({ bytes: 2 ** 31 });
    expect(deviceLimits({ backend: "wasm", memoryGib: 8, buffers: null })).toMatchObject({ bytes: 2 ** 32 });
    expect(deviceLimits({ backend: "wasm", memoryGib: null, buffers: null })).toMatchObject({ bytes: 2 ** 32 });
  });

  it("takes the largest buffers of a GPU, of weights those that it holds, and does not guess its memory", () => {
    expect(deviceLimits({ backend: "webgpu", memoryGib: 8, buffers: { bound: 2 ** 27, held: 2 ** 28 } })).toEqual({
      bytes: null,
      tensorBytes: 2 ** 27,
      weightBytes: 2 ** 28,
    });
  });
});

describe("fittingRank", () => {
  const rankIn = (bytes: number | null) =>
    fittingRank(architecture, adapter, work, { bytes, tensorBytes: null, weightBytes: null });
  const least: StepMemory = { rowsAtOnce: 1, recompute: true };

  it("is the federation's where that fits, as few rows at a time as that takes, or where nothing is known", () => {
    expect(rankIn(null)).toBe(16);
    expect(rankIn(neededBy(wanted, least))).toBe(16);
  });

  it("is half of it, and half of that, as long as it is worth something", () => {
    expect(rankIn(neededBy(wanted, least) - 1)).toBe(8);
    expect(rankIn(neededBy({ ...wanted, rank: 8 }, least) - 1)).toBe(4);
    expect(rankIn(30e6)).toBe(4);
  });
});

describe("adviseOnMemory", () => {
  it("computes everything at once where it fits, or where nothing is known", () => {
    const needed = neededBy(wanted, whole);
    expect(adviceFor(needed)).toEqual({ needed, available: needed, fit: { kind: "fits", memory: whole } });
    expect(adviceFor(null)).toEqual({ needed, available: null, fit: { kind: "fits", memory: whole } });
  });

  it.each<[string, StepMemory]>([
    ["as many rows at a time as fit, first of all", { rowsAtOnce: 5, recompute: false }],
    ["layers twice when one row is too much", { rowsAtOnce: 1, recompute: true }],
  ])("computes %s", (_, memory) => {
    expect(adviceFor(neededBy(wanted, memory)).fit).toEqual({ kind: "fits", memory });
  });

  it.each<[string, Settings]>([
    ["shorter rows when even that is too much", { ...wanted, maxTokens: 72 }],
    ["a lower rank at last", { maxTokens: 32, rank: 9 }],
  ])("proposes %s", (_, settings) => {
    expect(adviceFor(neededBy(settings, { rowsAtOnce: 1, recompute: true })).fit).toEqual({ kind: "change", settings });
  });

  it("says when no settings fit: too little for the weights, or a tensor larger than the device takes", () => {
    expect(adviceFor(30e6).fit).toEqual({ kind: "never" });
    // The embeddings are 4096 x 256 values.
    expect(adviceFor(null, null, 4 * 4096 * 256 - 1).fit).toEqual({ kind: "never" });
    expect(adviceFor(null, null, 4 * 4096 * 256).fit.kind).toBe("fits");
    // They are bound in parts, activations are not.
    expect(adviceFor(null, 4 * 4096 * 256 - 1, 4 * 4096 * 256).fit.kind).toBe("fits");
    expect(adviceFor(null, 4).fit).toEqual({ kind: "never" });
  });
});
