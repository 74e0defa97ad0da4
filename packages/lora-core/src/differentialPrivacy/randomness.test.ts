import { describe, expect, it } from "vitest";
import { random } from "../tensors/random.ts";
import { cryptoRandom } from "./cryptoRandom.ts";
import { gaussianNoise } from "./gaussianNoise.ts";
import { poissonSample } from "./poissonSample.ts";

const SIZE = 200_000;
const mean = (values: Float32Array, f: (value: number) => number) =>
  values.reduce((sum, value) => sum + f(value), 0) / values.length;

describe.each([
  ["seeded", () => random(3, "noise")],
  ["cryptographic", cryptoRandom],
])("with a %s source", (_, source) => {
  // Of 200,000 values the variance has a standard error of sqrt(2 / n) = 0.32 %. Six of them fail once in 5e8 runs, and a deviation that is wrong by 2 %
  // (4 % of variance, 12 standard errors) passes once in 1e9.
  it("noise has the asked mean, variance and kurtosis", () => {
    const noise = gaussianNoise(SIZE, 1.7, source());
    const variance = mean(noise, (value) => value ** 2);
    expect(Math.abs(mean(noise, (value) => value))).toBeLessThan((6 * 1.7) / Math.sqrt(SIZE));
    expect(Math.abs(variance / 1.7 ** 2 - 1)).toBeLessThan(6 * Math.sqrt(2 / SIZE));
    // E z^4 = 3, with a standard error of sqrt(96 / n).
    expect(Math.abs(mean(noise, (value) => (value / 1.7) ** 4) - 3)).toBeLessThan(6 * Math.sqrt(96 / SIZE));
  });

  // The number of rows in a sample is binomial: mean n q, variance n q (1 - q). A sample of a fixed size, or a shuffled one, has no variance.
  it("samples have binomial sizes, and are empty now and then", () => {
    const [draws, rows, rate] = [20_000, Array.from({ length: 40 }, (_, i) => i), 0.1];
    const uniform = source();
    const samples = Array.from({ length: draws }, () => poissonSample(rows, rate, uniform));
    const sizes = Float32Array.from(samples, ({ length }) => length);
    const [centre, spread] = [rows.length * rate, rows.length * rate * (1 - rate)];
    expect(Math.abs(mean(sizes, (size) => size) - centre)).toBeLessThan(6 * Math.sqrt(spread / draws));
    expect(Math.abs(mean(sizes, (size) => (size - centre) ** 2) / spread - 1)).toBeLessThan(6 * Math.sqrt(2.2 / draws));
    // 0.9^40 = 1.5 %: 296 of 20,000, with a standard deviation of 17.
    const empty = samples.filter(({ length }) => length === 0).length;
    expect(Math.abs(empty - draws * 0.9 ** 40)).toBeLessThan(6 * 17);
    // No row is favoured, and a row's place says nothing.
    const counts = rows.map((row) => samples.filter((sample) => sample.includes(row)).length);
    expect(Math.max(...counts.map((count) => Math.abs(count - draws * rate)))).toBeLessThan(
      6 * Math.sqrt(draws * rate * (1 - rate)),
    );
  });
});

describe("cryptographic numbers", () => {
  it("lie in [0, 1) and never repeat", () => {
    const [first, second] = [cryptoRandom(), cryptoRandom()];
    const drawn = Array.from({ length: 20_000 }, () => [first(), second()]).flat();
    expect(drawn.every((value) => value >= 0 && value < 1)).toBe(true);
    // Two of 40,000 53-bit numbers are equal once in ten million runs.
    expect(new Set(drawn).size).toBe(drawn.length);
  });
});
