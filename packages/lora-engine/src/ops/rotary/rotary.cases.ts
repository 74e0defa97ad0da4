/** Cases of rotary: one position, the smallest width, positions after cached ones. */
import { noiseInput, type OpCase } from "../testing/opCase.ts";
import { rotaryForward, rotaryGradient } from "./rotary.reference.ts";
import { rotary } from "./rotary.ts";
import { rotaryTable } from "./rotaryTable.ts";

function rotaryCase(extents: [number, number, number, number], start: number, theta: number): OpCase {
  const half = extents[3] / 2;
  const frequencies = Array.from({ length: half }, (_, j) => theta ** (-j / half));
  const shape = { start, length: extents[2], frequencies };
  return {
    name: `x [${extents}] from position ${start}, theta ${theta}`,
    inputs: [noiseInput(extents, "x")],
    op:
      () =>
      ([x]) =>
        rotary(x!.as4D(...extents), rotaryTable(shape)),
    reference: ([x]) => rotaryForward(x!, shape),
    gradients: (_, dy) => [rotaryGradient(dy, shape)],
  };
}

export const rotaryCases: readonly OpCase[] = [
  rotaryCase([1, 1, 1, 2], 3, 10_000),
  rotaryCase([2, 3, 5, 6], 0, 10_000),
  rotaryCase([1, 2, 3, 14], 40, 500_000),
  rotaryCase([2, 1, 3, 16], 7, 10_000),
];
