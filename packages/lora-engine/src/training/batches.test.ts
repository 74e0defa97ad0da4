import { random } from "@duet/lora-core/tensors/random";
import { describe, expect, it } from "vitest";
import { batches, stepsOf } from "./batches.ts";

const take = <T>(stream: Generator<T, never>, count: number) => Array.from({ length: count }, () => stream.next().value);
const options = { batchSize: 4, lengthOf: (item: number) => item };

describe("batches", () => {
  it("gives every row once per epoch, in another order each epoch", () => {
    const items = Array.from({ length: 10 }, (_, i) => i);
    const drawn = take(batches(items, options, random(3)), 9);
    const epochs = [drawn.slice(0, 3), drawn.slice(3, 6), drawn.slice(6)].map((epoch) => epoch.flat());
    for (const epoch of epochs) expect([...epoch].sort((a, b) => a - b)).toEqual(items);
    expect(new Set(epochs.map(String)).size).toBeGreaterThan(1);
  });

  it("puts rows of similar length together, and those batches in random order", () => {
    const items = Array.from({ length: 32 }, (_, i) => (i * 7) % 32);
    const drawn = take(batches(items, options, random(5)), 8);
    for (const batch of drawn) expect(Math.max(...batch) - Math.min(...batch)).toBe(3);
    const starts = drawn.map((batch) => Math.min(...batch));
    expect(starts).not.toEqual([...starts].sort((a, b) => a - b));
  });

  it("mixes rows across pools between epochs", () => {
    const items = Array.from({ length: 64 }, (_, i) => i);
    const [first, second] = [0, 1].map((epoch) => {
      const stream = batches(items, options, random(9));
      return take(stream, 16 * (epoch + 1)).slice(16 * epoch);
    });
    const key = (drawn: readonly (readonly number[])[] | undefined) => new Set(drawn?.map((batch) => [...batch].sort().join()));
    expect([...key(first)].filter((batch) => key(second).has(batch)).length).toBeLessThan(8);
  });

  it("refuses to draw from nothing", () => {
    expect(() => batches([], options, random(3)).next()).toThrow(/no rows/);
  });
});

describe("stepsOf", () => {
  it("counts epochs in steps", () => {
    expect(stepsOf({ unit: "epochs", amount: 3 }, 33, { batchSize: 16 })).toBe(9);
    expect(stepsOf({ unit: "epochs", amount: 3 }, 5, { batchSize: 16 })).toBe(3);
    expect(stepsOf({ unit: "steps", amount: 12 }, 5, { batchSize: 16 })).toBe(12);
  });
});
