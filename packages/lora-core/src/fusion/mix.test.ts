import { describe, expect, it } from "vitest";
import { PROTOTYPES_KEY } from "../adapters/adapterLayout.ts";
import { tensors, values } from "../strategies/conformance.ts";
import type { HostTensor, NamedTensors } from "../tensors/namedTensors.ts";
import type { FusionWeights } from "./adaFusion.ts";
import { groupOf, type Mix, mixed } from "./mix.ts";

const personal = tensors([1, 2], [3, -4]);
const shared = tensors([-2, 6], [1, 0.5]);
const pair = (own: number, theirs: number): FusionWeights => ({ personal: own, shared: theirs });
const factor = (...weights: readonly FusionWeights[]) => mixed(personal, shared, { kind: "factor", weights });

describe("what a mix is", () => {
  it("is one of the two itself only where that is all of it, in every group", () => {
    expect(factor(pair(1, 0), pair(1, 0))).toBe(personal);
    expect(factor(pair(0, 1), pair(0, 1))).toBe(shared);
    expect(values(factor(pair(1, 1)))).toEqual([-1, 8, 4, -3.5]);
    expect(values(factor(pair(0.5, 0)))).toEqual([0.5, 1, 1.5, -2]);
    expect(values(factor(pair(0, 0.5)))).toEqual([-1, 3, 0.5, 0.25]);
    expect(values(factor(pair(0, 0)))).toEqual([0, 0, 0, 0]);
  });

  it("as a sum of updates takes no rank for a weight of nothing", () => {
    const rank = (own: number, theirs: number) =>
      [...mixed(personal, shared, { kind: "product", weights: pair(own, theirs) }).values()][0]?.shape[0];
    expect([rank(0.5, 0.5), rank(0.5, 0), rank(0, 0.5)]).toEqual([2, 1, 1]);
  });

  it("of label prototypes is an average, whatever scale the factors have, and half of each where nothing else is left", () => {
    const withLabels = (of: NamedTensors, value: number): NamedTensors =>
      new Map([...of, [PROTOTYPES_KEY, { shape: [1, 1], data: Float32Array.of(value) }]]);
    const labels = (weights: FusionWeights, kind: "factor" | "product") => {
      const mix: Mix = kind === "factor" ? { kind, weights: [weights] } : { kind, weights };
      return mixed(withLabels(personal, 8), withLabels(shared, 2), mix).get(PROTOTYPES_KEY)?.data[0];
    };
    for (const kind of ["factor", "product"] as const) {
      expect(labels(pair(0, 0), kind)).toBe(5);
      expect(labels(pair(0.5, 0.5), kind)).toBe(5);
      expect(labels(pair(1.5, 1.5), kind)).toBe(5);
      expect(labels(pair(0.75, 0.25), kind)).toBe(6.5);
      expect(labels(pair(0, 0.3), kind)).toBe(2);
      expect(labels(pair(-0.5, 0.25), kind)).toBe(5);
    }
  });

  it("gives equal groups of modules, in the base's order, their own pair, and both tensors of a module the same", () => {
    const layers = (value: number): NamedTensors =>
      new Map(
        Array.from({ length: 4 }, (_, i) => i).flatMap((i): [string, HostTensor][] => [
          [`l${i}.lora_A.weight`, { shape: [1, 1], data: Float32Array.of(value) }],
          [`l${i}.lora_B.weight`, { shape: [1, 1], data: Float32Array.of(value) }],
        ]),
      );
    const mix = mixed(layers(1), layers(10), { kind: "factor", weights: [pair(1, 0), pair(0, 1)] });
    expect(values(mix)).toEqual([1, 1, 1, 1, 10, 10, 10, 10]);
    expect([0, 1, 2, 3, 4].map((index) => groupOf(index, 5, 3))).toEqual([0, 0, 1, 1, 2]);
  });
});
