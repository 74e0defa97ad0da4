import { describe, expect, test } from "vitest";
import { random, shuffled } from "../tensors/random.ts";
import { thresholdOf } from "./attempt.ts";
import { castOf, PHASES, playAttempt, termsOf, type Vanishing } from "./testing/attemptRun.ts";

const LENGTH = 6;
const vectorOf = (place: number) => Uint32Array.from({ length: LENGTH }, (_, i) => 0xffff_0000 + 100_000 * place + 7 * i);

/** What every pattern must end with, worked out from the numbers alone. */
function expected(vanishing: readonly Vanishing[], coordinator: "curious" | "active") {
  const here = (phase: number) => vanishing.filter((at) => at > phase).length;
  const threshold = thresholdOf({ coordinator }, here(0));
  const least = Math.max(3, threshold);
  const needs = [least, least, least, threshold, threshold];
  const phase = needs.findIndex((needed, i) => here(i) < needed);
  if (phase >= 0) return { kind: "belowThreshold", have: here(phase), needed: needs[phase] };
  const places = vanishing.flatMap((at, place) => (at > 2 ? [place] : []));
  const sum = new Uint32Array(LENGTH).map((_, i) => places.reduce((total, place) => total + (vectorOf(place)[i] as number), 0));
  return { kind: "sum", sum, survivors: places.map((place) => `client-000${place}`) };
}

/** Every way in which five clients vanish, but for who is who: 252. */
function* patterns(from: number = 0, left: number = 5): Generator<readonly Vanishing[]> {
  if (left === 0) yield [];
  else {
    for (let at = from; at <= PHASES.length; at++) {
      for (const rest of patterns(at, left - 1)) yield [at as Vanishing, ...rest];
    }
  }
}

/** All of them, and of the higher threshold every sixth. */
describe.each([
  { coordinator: "curious", every: 1 },
  { coordinator: "active", every: 6 },
] as const)("with a coordinator that may be $coordinator", ({ coordinator, every }) => {
  test("whoever vanishes before whatever phase, the sum is exact over U3, or it is said that too few are left", async () => {
    const all = [...patterns()].filter((_, i) => i % every === 0);
    expect(all).toHaveLength(252 / every);
    const cast = castOf(termsOf(LENGTH, { coordinator }), 5);
    const draw = random(14, coordinator);
    const endings = new Set<string>();
    for (const pattern of all) {
      const vanishing = shuffled(pattern, draw);
      const ending = await playAttempt(cast, vectorOf, vanishing);
      expect(ending, vanishing.join()).toEqual(expected(vanishing, coordinator));
      endings.add(ending.kind);
    }
    expect(endings).toEqual(new Set(["sum", "belowThreshold"]));
  });
});

test("three clients, of whom one vanishes once the sum is fixed", async () => {
  const ending = await playAttempt(castOf(termsOf(LENGTH), 3), vectorOf, [5, 4, 5]);
  expect(ending).toEqual(expected([5, 4, 5], "curious"));
  expect(ending.kind).toBe("sum");
});

test("forty clients in a sparse graph, of whom the first eight are gone before their shares", async () => {
  // Nobody but the clients that are in U2 needs holders there.
  const vanishing = Array.from({ length: 40 }, (_, place): Vanishing => (place < 8 ? 1 : 5));
  const ending = await playAttempt(castOf(termsOf(LENGTH), 40), vectorOf, vanishing);
  expect(ending.kind).toBe("sum");
});

test("forty clients in a sparse graph, of whom eight vanish at different times", async () => {
  const vanishing = Array.from({ length: 40 }, (_, place) => (place % 5 === 0 ? ((1 + (place % 4)) as Vanishing) : 5));
  const ending = await playAttempt(castOf(termsOf(LENGTH), 40), vectorOf, vanishing);
  const places = vanishing.flatMap((at, place) => (at > 2 ? [place] : []));
  const sum = new Uint32Array(LENGTH).map((_, i) => places.reduce((total, place) => total + (vectorOf(place)[i] as number), 0));
  expect(ending.kind === "sum" && ending.sum).toEqual(sum);
});
