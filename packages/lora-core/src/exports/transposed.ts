import type { HostTensor } from "../tensors/namedTensors.ts";

/** A matrix [M, N] as [N, M]. */
export function transposed({ shape: [rows = 0, columns = 0], data }: HostTensor): Float32Array<ArrayBuffer> {
  const out = new Float32Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) out[column * rows + row] = data[row * columns + column] as number;
  return out;
}
