/** Cases of gelu: one element, sizes that are no multiple of 4, and values far out, where it is 0 or x. */
import { noiseInput, type OpCase } from "../testing/opCase.ts";
import { geluForward, geluGradient } from "./gelu.reference.ts";
import { gelu } from "./gelu.ts";

function geluCase(rows: number, width: number, spread = 1): OpCase {
  const { shape, data } = noiseInput([rows, width], "x");
  return {
    name: `[${rows}, ${width}] of size ${spread}`,
    inputs: [{ shape, data: data.map((value) => Math.fround(spread * value)) }],
    op:
      () =>
      ([x]) =>
        gelu(x!.as2D(rows, width)),
    reference: ([x]) => geluForward(x!),
    gradients: ([x], dy) => [geluGradient(x!, dy)],
  };
}

export const geluCases: readonly OpCase[] = [geluCase(1, 1), geluCase(3, 7), geluCase(5, 13, 20), geluCase(3, 24)];
