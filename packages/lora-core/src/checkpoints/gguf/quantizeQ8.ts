/** Q8_0 of ggml: blocks of 32 values, each a scale as binary16 and 32 signed bytes. Rounded as quantize_row_q8_0_ref of ggml-quants.c does. */
import { narrowToHalves } from "../halfPrecision.ts";

export const Q8_VALUES = 32;
export const Q8_BYTES = 34;

/** `values` are a whole number of blocks. The scale is the largest value's by 127; halves are rounded away from zero. */
export function quantizeQ8(values: Float32Array): Uint8Array<ArrayBuffer> {
  const blocks = values.length / Q8_VALUES;
  if (!Number.isInteger(blocks)) throw new RangeError(`quantizeQ8: ${values.length} values are no whole number of blocks`);
  const scales = new Float32Array(blocks);
  const out = new Uint8Array(blocks * Q8_BYTES);
  for (let block = 0; block < blocks; block++) {
    const from = block * Q8_VALUES;
    let largest = 0;
    for (let i = from; i < from + Q8_VALUES; i++) largest = Math.max(largest, Math.abs(values[i] as number));
    const scale = Math.fround(largest / 127);
    scales[block] = scale;
    const inverse = scale === 0 ? 0 : Math.fround(1 / scale);
    const to = block * Q8_BYTES + 2;
    for (let i = 0; i < Q8_VALUES; i++) {
      const scaled = Math.fround((values[from + i] as number) * inverse);
      out[to + i] = Math.sign(scaled) * Math.floor(Math.abs(scaled) + 0.5);
    }
  }
  const halves = narrowToHalves(scales, "F16");
  for (const [block, half] of halves.entries()) {
    out[block * Q8_BYTES] = half & 0xff;
    out[block * Q8_BYTES + 1] = half >> 8;
  }
  return out;
}
