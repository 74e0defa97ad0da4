import { describe, expect, it } from "vitest";
import { decodeAdapter, encodeAdapter } from "./adapterCodec.ts";
import type { AdapterConfig } from "./adapterConfig.ts";
import { adapterLayout, initialAdapter, layoutBytes } from "./adapterLayout.ts";
import { selectModules } from "./selectModules.ts";

const linears = [
  { name: "layers.0.attention.qkv", inFeatures: 6, outFeatures: 9 },
  { name: "layers.0.mlp.up", inFeatures: 4, outFeatures: 5 },
  { name: "layers.0.mlp.setup", inFeatures: 4, outFeatures: 5 },
];
const config: AdapterConfig = { rank: 2, alpha: 4, dropout: 0, targetModules: ["qkv", "up"] };
const layout = adapterLayout(linears, config);

describe("adapter layout", () => {
  it("matches module names as PEFT does: equal, or ending after a dot", () => {
    expect(selectModules(linears, config).map(({ name }) => name)).toEqual(["layers.0.attention.qkv", "layers.0.mlp.up"]);
    expect(() => selectModules(linears, { ...config, targetModules: ["q_proj"] })).toThrow(/q_proj.*qkv, up, setup/);
  });
  it("lists A [R, in] and B [out, R] per module", () => {
    expect(layout.map(({ shape }) => shape)).toEqual([
      [2, 6],
      [9, 2],
      [2, 4],
      [5, 2],
    ]);
    expect(layoutBytes(layout)).toBe(4 * (12 + 18 + 8 + 10));
  });
  it("starts every client alike: A seeded within its bound, B zero", () => {
    const a = initialAdapter(layout, 5).get("layers.0.mlp.up.lora_A.weight")!.data;
    expect([...initialAdapter(layout, 5).get("layers.0.mlp.up.lora_A.weight")!.data]).toEqual([...a]);
    expect(Math.max(...a.map(Math.abs))).toBeLessThanOrEqual(0.5);
    expect(new Set(a).size).toBe(8);
    expect(
      initialAdapter(layout, 5)
        .get("layers.0.mlp.up.lora_B.weight")!
        .data.every((v) => v === 0),
    ).toBe(true);
  });
});

describe("adapter blob", () => {
  const tensors = initialAdapter(layout, 9);
  it("survives the round trip, from any byte offset", () => {
    const blob = encodeAdapter(tensors, layout);
    const shifted = new Uint8Array(blob.length + 3).subarray(3);
    shifted.set(blob);
    expect(decodeAdapter(shifted, layout)).toEqual(tensors);
  });
  it("is little-endian float32", () => {
    const blob = encodeAdapter(new Map([["k", { shape: [1, 1], data: Float32Array.of(-1.5) }]]), [{ key: "k", shape: [1, 1] }]);
    expect([...blob]).toEqual([0, 0, 0xc0, 0xbf]);
  });
  it("refuses another length and values that are not finite", () => {
    const blob = encodeAdapter(tensors, layout);
    expect(() => decodeAdapter(blob.subarray(4), layout)).toThrow(/bytes/);
    new DataView(blob.buffer).setFloat32(8, Number.NaN, true);
    expect(() => decodeAdapter(blob, layout)).toThrow(/not finite/);
  });
});
