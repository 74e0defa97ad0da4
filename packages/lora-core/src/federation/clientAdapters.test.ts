import { describe, expect, test } from "vitest";
import { decodeAdapter, encodeAdapter } from "../adapters/adapterCodec.ts";
import type { AdapterConfig } from "../adapters/adapterConfig.ts";
import { adapterLayout, initialAdapter, layoutOf } from "../adapters/adapterLayout.ts";
import { stackRanks } from "../adapters/adapterSum.ts";
import { readPeftAdapter } from "../adapters/peftFormat.ts";
import { fixtureBase } from "../adapters/testing/peftFiles.ts";
import { readSafetensors } from "../checkpoints/safetensors.ts";
import { normal, random } from "../tensors/random.ts";
import { exportClientAdapter, readFittingAdapter, startingAdapters } from "./clientAdapters.ts";
import { availableAdapters } from "./heldAdapters.ts";

const { base } = fixtureBase("qwen2");
const config: AdapterConfig = { rank: 3, alpha: 7, dropout: 0.1, targetModules: ["q_proj", "down_proj"] };
const layout = adapterLayout(base.linears, config);

/** An adapter whose A and B are both other than zero. */
const blobOf = (seed: number): Uint8Array => {
  const uniform = random(seed);
  const tensors = new Map(
    [...initialAdapter(layout, 1)].map(([key, { shape, data }]) => [key, { shape, data: data.map(() => normal(uniform)) }]),
  );
  return encodeAdapter(tensors, layout);
};
const personal = blobOf(1);
const shared = blobOf(2);
const held = { personal, shared, merged: null, served: null, alone: null };

describe("a client's adapters", () => {
  test.each(["personal", "shared"] as const)("the %s one comes back from its files bit for bit", (kind) => {
    expect(readFittingAdapter(exportClientAdapter(kind, held, config, base), base, config)).toEqual(held[kind]);
  });

  test("the fused one is what the fusing round made", () => {
    const served = blobOf(3);
    const { config: written, tensors } = readPeftAdapter(exportClientAdapter("fused", { ...held, served }, config, base), base);
    expect(written).toEqual(config);
    expect(encodeAdapter(tensors, layout)).toEqual(served);
  });

  test("a wider one keeps its scale: what is merged beside the personal adapter, and a fused one of twice the rank", () => {
    const merged = blobOf(4);
    const parts = [personal, merged].map((blob) => decodeAdapter(blob, layout));
    const sum = stackRanks(parts);
    const served = encodeAdapter(sum, layoutOf(sum));
    for (const [kind, adapters] of [
      ["personal", { ...held, merged }],
      ["fused", { ...held, served }],
    ] as const) {
      const { config: written, tensors } = readPeftAdapter(exportClientAdapter(kind, adapters, config, base), base);
      expect(written).toMatchObject({ rank: 6, alpha: 14 });
      expect(encodeAdapter(tensors, layoutOf(tensors))).toEqual(served);
    }
  });

  test.each(["shared", "personal"] as const)(
    "label prototypes that are %s are a saved module of the files, and come back",
    (travel) => {
      const own: AdapterConfig = { ...config, prototypes: { labels: 3, width: 5, rate: 0.1, travel } };
      const wide = adapterLayout(base.linears, own);
      const uniform = random(7);
      const tensors = new Map(
        [...initialAdapter(wide, 1)].map(([key, { shape, data }]) => [key, { shape, data: data.map(() => normal(uniform)) }]),
      );
      const blob = encodeAdapter(tensors, wide);
      const files = exportClientAdapter("alone", { ...held, alone: blob }, own, base);
      expect(JSON.parse(files["adapter_config.json"]).modules_to_save).toEqual(["labels"]);
      const values = readSafetensors(files["adapter_model.safetensors"]).get("base_model.model.labels.weight");
      expect(values).toEqual(tensors.get(wide.at(-1)?.key ?? ""));
      expect(readFittingAdapter(files, base, own)).toEqual(blob);
      const { prototypes } = readPeftAdapter(files, base).config;
      expect(prototypes).toEqual({ labels: 3, width: 5, rate: 1, travel: "shared" });
      expect(() => readFittingAdapter(files, base, config)).toThrow(
        "it has 3 label prototypes of width 5, the federation no label prototypes",
      );
      const unnamed = { ...files, "adapter_config.json": files["adapter_config.json"].replace(/"labels"/, "") };
      expect(() => readPeftAdapter(unnamed, base)).toThrow("which its modules_to_save do not name");
    },
  );

  test("there is no fused one before the fusing round", () => {
    expect(availableAdapters({ ...held, served: shared })).toEqual(["personal", "shared", "fused"]);
    expect(availableAdapters(held)).toEqual(["personal", "shared"]);
    expect(() => exportClientAdapter("fused", held, config, base)).toThrow(/before the fusing round/);
  });

  test("what learned alone is written as it is, without what the others have merged into the base, where there is one", () => {
    const alone = blobOf(5);
    expect(availableAdapters({ ...held, alone })).toEqual(["alone", "personal", "shared"]);
    expect(availableAdapters({ served: shared, alone }).at(-1)).toBe("fused");
    const files = exportClientAdapter("alone", { ...held, merged: blobOf(4), alone }, config, base);
    expect(readFittingAdapter(files, base, config)).toEqual(alone);
    expect(() => exportClientAdapter("alone", held, config, base)).toThrow(/has not learned alone/);
  });
});

describe("an adapter to start from", () => {
  const files = (change: Partial<AdapterConfig>) => {
    const other = { ...config, ...change };
    const otherLayout = adapterLayout(base.linears, other);
    const blob = encodeAdapter(initialAdapter(otherLayout, 3), otherLayout);
    return exportClientAdapter("personal", { ...held, personal: blob }, other, base);
  };

  test.each([
    [{ rank: 2 }, "its rank is 2, the federation's is 3"],
    [{ alpha: 14 }, "its alpha is 14, the federation's is 7"],
    [{ targetModules: ["q_proj"] }, "it adapts q_proj, the federation q_proj, down_proj"],
    [{ rank: 4, alpha: 8, targetModules: ["up_proj"] }, "its rank is 4, the federation's is 3; its alpha is 8"],
  ])("with %o is refused with what differs", (change, words) => {
    expect(() => readFittingAdapter(files(change), base, config)).toThrow(words);
  });

  test("may name the same modules otherwise, and has a dropout of its own", () => {
    const same = files({ targetModules: ["self_attn.q_proj", "mlp.down_proj"], dropout: 0.5 });
    expect(readFittingAdapter(same, base, config)).toEqual(encodeAdapter(initialAdapter(layout, 3), layout));
  });

  test("takes the place of the seeded one: of the personal adapter, or of both", () => {
    const seeded = encodeAdapter(initialAdapter(layout, 9), layout);
    expect(startingAdapters({ initial: null, personal }, layout, 9)).toEqual({ personal, shared: seeded });
    expect(startingAdapters({ initial: shared, personal: null }, layout, 9)).toEqual({ personal: shared, shared });
    expect(startingAdapters({ initial: shared, personal }, layout, 9)).toEqual({ personal, shared });
  });
});
