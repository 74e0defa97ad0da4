import { describe, expect, test } from "vitest";
import { random } from "../tensors/random.ts";
import { narrowToHalves, widenHalves } from "./halfPrecision.ts";

const ALL = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);

describe.each(["F16", "BF16"] as const)("%s", (format) => {
  const values = widenHalves(ALL, format);
  const finite = [...values.keys()].filter((bits) => Number.isFinite(values[bits]));

  test("every value but NaN comes back as it was", () => {
    const again = narrowToHalves(values, format);
    expect(ALL.filter((bits) => !Number.isNaN(values[bits]) && again[bits] !== bits)).toEqual(new Uint16Array());
    expect([...again].every((bits, at) => Number.isNaN(values[at]) === Number.isNaN(values[bits]))).toBe(true);
  });

  test("a value between two neighbours goes to the nearer one, from the middle to the even one", () => {
    const uniform = random(7, format);
    for (const bits of finite) {
      const [here = 0, next = 0] = [values[bits], values[bits + 1]];
      if (!Number.isFinite(next) || bits === 0x7fff) continue;
      const middle = (here + next) / 2;
      const share = 0.5 * uniform();
      const [low, high] = [here + (middle - here) * share, next + (middle - next) * share];
      const [even, near, far] = narrowToHalves(Float32Array.of(middle, low, high), format);
      const even16 = bits % 2 === 0 ? bits : bits + 1;
      // The smallest bfloat16 have no float32 between them and their middle.
      expect([even, near, far], `${bits}`).toEqual([Math.fround(middle) === middle ? even16 : even, bits, bits + 1]);
    }
  });

  test("what is too large becomes infinite, with its sign", () => {
    const largest = Math.max(...finite.map((bits) => values[bits] ?? 0));
    const [up, down] = widenHalves(narrowToHalves(Float32Array.of(3.4028235e38, -3.4028235e38), format), format);
    expect([up, down]).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    expect(widenHalves(narrowToHalves(Float32Array.of(largest), format), format)[0]).toBe(largest);
  });
});
