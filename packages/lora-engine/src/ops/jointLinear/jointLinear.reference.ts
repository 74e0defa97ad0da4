/** Part by part in float64, of the reference of loraLinear: the oracle of jointLinear.ts. */
import { type LoraLinearCase, loraLinearForward, loraLinearGradients } from "../loraLinear/loraLinear.reference.ts";

/** Outputs side by side, [N, out_1 + out_2 + ..]. */
export function jointLinearForward(parts: readonly LoraLinearCase[]): Float64Array {
  const widths = parts.map(({ w }) => w.rows);
  const width = widths.reduce((sum, own) => sum + own, 0);
  const rows = parts[0]!.x.rows;
  const y = new Float64Array(rows * width);
  let first = 0;
  for (const part of parts) {
    const own = loraLinearForward(part);
    own.forEach((value, i) => {
      y[Math.floor(i / part.w.rows) * width + first + (i % part.w.rows)] = value;
    });
    first += part.w.rows;
  }
  return y;
}

/** dx, then dA and dB of each part. */
export function jointLinearGradients(parts: readonly LoraLinearCase[], dy: Float64Array): readonly Float64Array[] {
  const width = parts.reduce((sum, { w }) => sum + w.rows, 0);
  let first = 0;
  const each = parts.map((part) => {
    const from = first;
    first += part.w.rows;
    const own = Float64Array.from({ length: part.x.rows * part.w.rows }, (_, i) => {
      return dy[Math.floor(i / part.w.rows) * width + from + (i % part.w.rows)]!;
    });
    return loraLinearGradients(part, own);
  });
  const dx = each[0]![0].map((_, i) => each.reduce((sum, [own]) => sum + own[i]!, 0));
  return [dx, ...each.flatMap(([, dA, dB]) => [dA, dB])];
}
