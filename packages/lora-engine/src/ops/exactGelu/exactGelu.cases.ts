/** Cases of exactGelu: one element, sizes that are no multiple of 4, and values far out, where it is 0 or x. */
import { noiseInput, type OpCase } from "../testing/opCase.ts";
import { exactGeluForward, exactGeluGradient } from "./exactGelu.reference.ts";
import { exactGelu } from "./exactGelu.ts";

function exactGeluCase(rows: number, width: number, spread = 1): OpCase {
  const { shape, data } = noiseInput([rows, width], "x");
  return {
    name: `[${rows}, ${width}] of size ${spread}`,
    inputs: [{ shape, data: data.map((value) => Math.fround(spread * value)) }],
    op:
      () =>
      ([x]) =>
        exactGelu(x!.as2D(rows, width)),
    reference: ([x]) => exactGeluForward(x!),
    gradients: ([x], dy) => [exactGeluGradient(x!, dy)],
  };
}

export const exactGeluCases: readonly OpCase[] = [
  exactGeluCase(1, 1),
  exactGeluCase(3, 7),
  exactGeluCase(5, 13, 20),
  exactGeluCase(3, 24, 2),
];
