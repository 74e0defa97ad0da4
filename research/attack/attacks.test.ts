import { l2Norm, linearCombination } from "@duet/lora-core/tensors/arithmetic";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { random } from "@duet/lora-core/tensors/random";
import { expect, test } from "vitest";
import { type Attack, type AttackName, attacks } from "./attacks.ts";

const update: NamedTensors = new Map([["m.lora_A.weight", { shape: [1, 2], data: Float32Array.of(3, -4) }]]);
const named: Readonly<Record<AttackName, Attack>> = attacks;
const sent = (attack: AttackName, seed = 1) => [
  ...(named[attack].spoil?.(update, random(seed, "attack")).get("m.lora_A.weight")?.data ?? []),
];

test("updates are turned round or made larger", () => {
  expect([sent("none"), sent("signFlip"), sent("scaled10"), sent("reversed10")]).toEqual([
    [3, -4],
    [-3, 4],
    [30, -40],
    [-30, 40],
  ]);
});

test("noise has ten times the norm, another direction, and is the same for the same seed", () => {
  const noise = attacks.noise.spoil(update, random(1, "attack"));
  expect(l2Norm(noise)).toBeCloseTo(50, 4);
  expect(l2Norm(linearCombination([1, -10], [noise, update]))).toBeGreaterThan(1);
  expect(sent("noise")).toEqual(sent("noise"));
  expect(sent("noise", 2)).not.toEqual(sent("noise"));
});

test("flipped labels are the next ones, the last becomes the first", () => {
  const rows = ["a", "c"].map((answer, line) => ({ line, input: "x", answer }));
  expect(attacks.labelFlip.relabel(rows, ["a", "b", "c"]).map(({ answer }) => answer)).toEqual(["b", "a"]);
  expect(named.signFlip.relabel(rows, ["a", "b", "c"])).toBe(rows);
});
