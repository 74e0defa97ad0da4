/** Cases of selectRows: one row, a row taken twice, any order. */
import { noiseInput, type OpCase } from "../testing/opCase.ts";
import { selectRowsForward, selectRowsGradient } from "./selectRows.reference.ts";
import { selectRows } from "./selectRows.ts";

function selectRowsCase(rows: number, width: number, indices: readonly number[]): OpCase {
  return {
    name: `rows [${indices}] of [${rows}, ${width}]`,
    inputs: [noiseInput([rows, width], "x")],
    op:
      () =>
      ([x]) =>
        selectRows(x!.as2D(rows, width), indices),
    reference: ([x]) => selectRowsForward(x!, indices, width),
    gradients: (_, dy) => [selectRowsGradient(dy, indices, width, rows)],
  };
}

export const selectRowsCases: readonly OpCase[] = [
  selectRowsCase(1, 1, [0]),
  selectRowsCase(5, 3, [4, 1, 4]),
  selectRowsCase(9, 6, [8, 0, 2, 3]),
  selectRowsCase(6, 8, [5, 5, 0, 5]),
];
