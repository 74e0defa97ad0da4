/** Cases of meanOf: one number, and many. */
import { noiseInput, type OpCase } from "../testing/opCase.ts";
import { meanOf } from "./meanOf.ts";

function meanCase(count: number): OpCase {
  return {
    name: `[${count}]`,
    inputs: [noiseInput([count], "x")],
    op:
      () =>
      ([x]) =>
        meanOf(x!.as1D()),
    reference: ([x]) => Float64Array.of(x!.reduce((sum, value) => sum + value, 0) / count),
    gradients: ([x], [dy]) => [x!.map(() => dy! / count)],
  };
}

export const meanOfCases: readonly OpCase[] = [meanCase(1), meanCase(37)];
