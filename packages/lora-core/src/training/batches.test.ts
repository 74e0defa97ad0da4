import { describe, expect, it } from "vitest";
import { random } from "../tensors/random.ts";
import { batches, stepsOf } from "./batches.ts";

const take = <T>(stream: Generator<T, never>, count: number) => Array.from({ length: count }, () => stream.next().value);

describe("batches", () => {
  it("gives every row once per epoch, in another order each epoch", () => {
    const items = Array.from({ length: 10 }, (_, i) => i);
    const drawn = take(batches(items, 4, random(3)), 6);
    expect(drawn.map((batch) => batch.length)).toEqual([4, 4, 2, 4, 4, 2]);
    const epochs = [drawn.slice(0, 3).flat(), drawn.slice(3).flat()];
    for (const epoch of epochs) expect([...epoch].sort((a, b) => a - b)).toEqual(items);
    expect(epochs[0]).not.toEqual(epochs[1]);
  });
  it("refuses to draw from nothing", () => {
    expect(() => batches([], 4, random(3)).next()).toThrow(/no rows/);
  });
});

describe("stepsOf", () => {
  it("counts epochs in steps", () => {
    expect(stepsOf({ unit: "epochs", amount: 3 }, 33, { batchSize: 16 })).toBe(9);
    expect(stepsOf({ unit: "epochs", amount: 3 }, 5, { batchSize: 16 })).toBe(3);
    expect(stepsOf({ unit: "steps", amount: 12 }, 5, { batchSize: 16 })).toBe(12);
  });
});
