import { describe, expect, it } from "vitest";
import { adapterLayout, initialAdapter, layoutBytes } from "../adapters/adapterLayout.ts";
import { entriesOf } from "../adapters/adapterPart.ts";
import { splitRanks, stackRanks } from "../adapters/adapterSum.ts";
import type { UploadCoding } from "../compression/uploadCoding.ts";
import { l2Norm, linearCombination } from "../tensors/arithmetic.ts";
import { type NamedTensors, sizeOf } from "../tensors/namedTensors.ts";
import { normal, random } from "../tensors/random.ts";
import { uploadLayout } from "./exchange.ts";
import { plansOf } from "./planFacts.ts";
import { methodOf, strategies } from "./registry.ts";
import type { Upload } from "./strategy.ts";
import { decodeUpload, encodeUpload, sentFrom, type UploadForm, uploadBytes } from "./uploadCodec.ts";

const linears = Array.from({ length: 4 }, (_, i) => ({ name: `layers.${i}.q_proj`, inFeatures: 64, outFeatures: 64 }));
const layout = adapterLayout(linears, { rank: 8, alpha: 16, dropout: 0, targetModules: ["q_proj"] });
const origin = initialAdapter(layout, 3);
const budgets = {
  local: { unit: "steps", amount: 2 },
  inner: { unit: "steps", amount: 2 },
  rounds: 3,
} as const;

const INT8: UploadCoding = { format: "int8", topK: null };
const INT4: UploadCoding = { format: "int4", topK: null };
const CODINGS: readonly UploadCoding[] = [
  { format: "f32", topK: null },
  { format: "f16", topK: null },
  INT8,
  INT4,
  { format: "int8", topK: 0.25 },
];
const difference: Upload = { slot: "shared", form: "difference", part: "all", extra: null };
const value: Upload = { ...difference, form: "value" };

/** As a training moves an adapter, or a control variate is. */
function noise(of: NamedTensors, size: number, ...labels: (string | number)[]): NamedTensors {
  const uniform = random(11, ...labels);
  return new Map([...of].map(([key, { shape, data }]) => [key, { shape, data: data.map(() => size * normal(uniform)) }]));
}

const plus = (a: NamedTensors, b: NamedTensors) => linearCombination([1, 1], [a, b]);
const minus = (a: NamedTensors, b: NamedTensors) => linearCombination([1, -1], [a, b]);
const distance = (a: NamedTensors, b: NamedTensors) => l2Norm(minus(a, b)) / l2Norm(b);

/** Every upload of every preset of every method. */
const uploads = strategies.flatMap(({ id, presets }) =>
  Object.entries<unknown>({ ...presets }).flatMap(([preset, config]) =>
    plansOf(methodOf({ id, config }), budgets).flatMap(({ upload }, round) =>
      upload ? [{ name: `${id}/${preset}, ${round}`, upload }] : [],
    ),
  ),
);

describe.each(CODINGS)("$format, $topK", (coding) => {
  it.each(uploads)("carries what $name sends, in the bytes that it says", ({ upload }) => {
    const form: UploadForm = { layout, upload, coding };
    const part = new Map(entriesOf(layout, upload.part).map(({ key }) => [key, origin.get(key)!]));
    const moved = noise(part, 0.01, "moved");
    const own = upload.form === "value" ? plus(part, moved) : moved;
    const control = noise(part, 3, "control");
    const sent = upload.extra ? stackRanks([own, control]) : own;
    const { blob } = encodeUpload(form, sent, { origin, residual: null }, random(1));
    expect(blob.byteLength).toBe(uploadBytes(form));
    // A coordinator may have handed out an adapter with more ranks behind.
    const arrived = sentFrom(form, decodeUpload(form, blob), stackRanks([origin, origin]));
    if (coding.format === "f32") expect(arrived).toEqual(sent);
    const [came, behind] = splitRanks(arrived, 8);
    const error = distance(upload.form === "value" ? minus(came, part) : came, moved);
    expect(error).toBeLessThan({ f32: 1e-6, f16: 1e-3, int8: coding.topK ? 0.7 : 0.02, int4: 0.25 }[coding.format]);
    expect(behind !== null).toBe(upload.extra !== null);
    if (behind) expect(distance(behind, control)).toBeLessThan(0.25);
  });
});

it("takes at most a quarter of today's bytes as int8 and an eighth as int4, whatever a method sends", () => {
  for (const { upload } of uploads) {
    const today = layoutBytes(uploadLayout(layout, upload));
    expect(uploadBytes({ layout, upload, coding: INT8 })).toBe(today / 4);
    expect(uploadBytes({ layout, upload, coding: INT4 })).toBe(today / 8);
  }
});

describe("error feedback", () => {
  /** Of many rounds in which the same client moves by `each`: how far the coordinator's sum is from the client's. */
  function drift(coding: UploadCoding, rounds: number, feedback: boolean): number {
    const form = { layout, upload: difference, coding };
    let residual: NamedTensors | null = null;
    let [wanted, came]: NamedTensors[] = [noise(origin, 0, "none"), noise(origin, 0, "none")];
    for (let round = 0; round < rounds; round++) {
      const each = noise(origin, 0.01, "same");
      const encoded = encodeUpload(form, each, { origin, residual: feedback ? residual : null }, random(5, round));
      residual = encoded.residual;
      wanted = plus(wanted!, each);
      came = plus(came!, decodeUpload(form, encoded.blob));
    }
    return distance(came!, wanted!);
  }

  it("brings later what was lost: what arrives stays within one step of what was sent, however many rounds", () => {
    for (const coding of [INT4, { format: "int8", topK: 0.25 } as const]) {
      const [few, many] = [drift(coding, 2, true), drift(coding, 32, true)];
      expect(many).toBeLessThan(few / 8);
      expect(drift(coding, 32, false)).toBeGreaterThan(2 * many);
    }
  });

  it("is of the tensors that were sent, and leaves the others' for their turn", () => {
    const after = (part: "a" | "b", residual: NamedTensors | null) => {
      const form: UploadForm = { layout, upload: { ...difference, part }, coding: INT4 };
      const own = noise(new Map(entriesOf(layout, part).map(({ key }) => [key, origin.get(key)!])), 0.01, part);
      return encodeUpload(form, own, { origin, residual }, random(2, part)).residual!;
    };
    const first = after("a", null);
    const second = after("b", first);
    for (const [key, { data }] of second) {
      if (key.includes("lora_A")) expect(data).toEqual(first.get(key)?.data);
      else expect(l2Norm(new Map([[key, { shape: [data.length], data }]]))).toBeGreaterThan(0);
    }
  });

  it("is of differences alone: a value takes the place of the one before, with all that was lost of it", () => {
    const kept = noise(origin, 1, "kept");
    const form: UploadForm = { layout, upload: value, coding: INT4 };
    const sent = plus(origin, noise(origin, 0.01, "moved"));
    const { blob, residual } = encodeUpload(form, sent, { origin, residual: kept }, random(2));
    expect(residual).toBe(kept);
    expect(blob).toEqual(encodeUpload(form, sent, { origin, residual: null }, random(2)).blob);
  });
});

it("refuses bytes of another length with a sentence, before and behind a control variate", () => {
  const upload: Upload = { ...difference, extra: "control" };
  const form: UploadForm = { layout, upload, coding: INT8 };
  const values = 2 * layout.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  expect(uploadBytes(form)).toBe(values);
  for (const bytes of [0, 1, values - 1, values + 32]) {
    expect(() => decodeUpload(form, new Uint8Array(bytes))).toThrow(/^The upload has \d+ bytes, expected \d+$/);
  }
});
