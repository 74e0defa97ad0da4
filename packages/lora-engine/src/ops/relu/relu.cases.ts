/** Cases of relu: sizes that are a multiple of 4 and that are not. */
import { noiseInput, type OpCase } from "../testing/opCase.ts";
import { relu } from "./relu.ts";

function reluCase(rows: number, width: number): OpCase {
  return {
    name: `[${rows}, ${width}]`,
    inputs: [noiseInput([rows, width], "x")],
    op:
      () =>
      ([x]) =>
        relu(x!.as2D(rows, width)),
    reference: ([x]) => x!.map((value) => Math.max(value, 0)),
    gradients: ([x], dy) => [dy.map((value, i) => (x![i]! > 0 ? value : 0))],
  };
}

export const reluCases: readonly OpCase[] = [reluCase(1, 1), reluCase(3, 7), reluCase(5, 24)];
