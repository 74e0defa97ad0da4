/** B A of an adapter's first module as rows, formed the plain way: what the sparing ways are compared with. */
import type { NamedTensors } from "../../tensors/namedTensors.ts";

export function productOf(adapter: NamedTensors): number[][] {
  const [a, b] = [...adapter.values()];
  const [rank = 0, columns = 0] = a?.shape ?? [];
  const [rows = 0] = b?.shape ?? [];
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => {
      let sum = 0;
      for (let k = 0; k < rank; k++) sum += (b?.data[i * rank + k] ?? 0) * (a?.data[k * columns + j] ?? 0);
      return sum;
    }),
  );
}
