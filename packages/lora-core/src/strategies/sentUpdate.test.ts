import { describe, expect, it } from "vitest";
import { adapterLayout, initialAdapter } from "../adapters/adapterLayout.ts";
import { partOf, splitRanks, withPart } from "../adapters/adapterSum.ts";
import { AS_THEY_ARE, type UploadCoding } from "../compression/uploadCoding.ts";
import { l2Norm, linearCombination } from "../tensors/arithmetic.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import { normal, random } from "../tensors/random.ts";
import { type HeldAdapters, uploaded } from "./exchange.ts";
import { plansOf } from "./planFacts.ts";
import { methodOf, strategies } from "./registry.ts";
import { sentUpdate } from "./sentUpdate.ts";
import { encodeUpload } from "./uploadCodec.ts";

const linears = Array.from({ length: 2 }, (_, i) => ({ name: `layers.${i}.q_proj`, inFeatures: 64, outFeatures: 64 }));
const layout = adapterLayout(linears, { rank: 8, alpha: 16, dropout: 0, targetModules: ["q_proj"] });
const origin = initialAdapter(layout, 3);
const budgets = { local: { unit: "steps", amount: 2 }, inner: { unit: "steps", amount: 2 }, rounds: 3 } as const;

function moved(label: string): NamedTensors {
  const uniform = random(11, label);
  return new Map(
    [...origin].map(([key, { shape, data }]) => [key, { shape, data: data.map((x) => x + 0.01 * normal(uniform)) }]),
  );
}
const held: HeldAdapters = {
  personal: moved("personal"),
  shared: moved("shared"),
  merged: null,
  control: moved("control"),
  residual: null,
  alone: null,
};
const apart = (a: NamedTensors, b: NamedTensors) => l2Norm(linearCombination([1, -1], [a, b]));

/** Every upload of every preset of every method. */
const uploads = strategies.flatMap(({ id, presets }) =>
  Object.entries<unknown>({ ...presets }).flatMap(([preset, config]) =>
    plansOf(methodOf({ id, config }), budgets).flatMap(({ upload }, round) =>
      upload ? [{ name: `${id}/${preset}, ${round}`, upload }] : [],
    ),
  ),
);

describe.each<[string, UploadCoding, number]>([
  ["as they are", AS_THEY_ARE, 1e-6],
  ["int8", { format: "int8", topK: null }, 0.02],
])("uploads %s", (_name, coding, tolerance) => {
  it.each(uploads)(
    "what $name sent is the client's own part of what it changed, and nothing of what it did not send",
    ({ upload }) => {
      const form = { layout, upload, coding };
      const sent = uploaded(upload, { shared: origin, extra: null }, held);
      const { blob } = encodeUpload(form, sent, { origin, residual: null }, random(5, "rounding"));
      const { before, after } = sentUpdate(form, blob, origin, null);
      const own = withPart(origin, partOf(held[upload.form === "value" ? upload.slot : "shared"], upload.part));
      expect(apart(before, origin)).toBe(0);
      expect(apart(after, own)).toBeLessThan(tolerance * Math.max(1, apart(own, origin)));
      expect(apart(after, own)).toBeLessThan(0.1 * apart(own, origin));
    },
  );
});

it("what was merged stands beside both", () => {
  const [first] = uploads;
  if (!first) throw new Error("no method sends anything");
  const form = { layout, upload: first.upload, coding: AS_THEY_ARE };
  const sent = uploaded(first.upload, { shared: origin, extra: null }, held);
  const { blob } = encodeUpload(form, sent, { origin, residual: null }, random(5, "rounding"));
  const { before, after } = sentUpdate(form, blob, origin, held.personal);
  for (const adapter of [before, after]) expect(apart(splitRanks(adapter, 8)[1] ?? new Map(), held.personal)).toBe(0);
});
