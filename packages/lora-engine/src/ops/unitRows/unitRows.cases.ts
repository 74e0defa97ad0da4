/** Cases of unitRows: with the tangent and without, far out too, and widths that are no multiple of 4. */
import { noiseInput, type OpCase } from "../testing/opCase.ts";
import { unitRowsForward, unitRowsGradient } from "./unitRows.reference.ts";
import { unitRows } from "./unitRows.ts";

function unitRowsCase(rows: number, width: number, squashed: boolean, spread = 1): OpCase {
  const { shape, data } = noiseInput([rows, width], "x");
  return {
    name: `[${rows}, ${width}]${squashed ? ", squashed" : ""}, of size ${spread}`,
    inputs: [{ shape, data: data.map((value) => Math.fround(spread * value)) }],
    op:
      () =>
      ([x]) =>
        unitRows(x!.as2D(rows, width), { squashed }),
    reference: ([x]) => unitRowsForward(x!, width, squashed),
    gradients: ([x], dy) => [unitRowsGradient(x!, width, squashed, dy)],
  };
}

export const unitRowsCases: readonly OpCase[] = [
  unitRowsCase(1, 3, false),
  unitRowsCase(5, 34, true),
  unitRowsCase(2, 148, false),
  unitRowsCase(3, 16, true, 9),
];
