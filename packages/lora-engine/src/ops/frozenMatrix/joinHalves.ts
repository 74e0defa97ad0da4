/** A checkpoint's 16-bit values as kernels read them. */
import type { Halves } from "@duet/lora-core/tensors/namedTensors";

/**
 * Rows of `width` values as whole 32-bit words, two values each, the first in the low half; a last odd value shares its word with 0.
 * A view of the same bytes where they lie so. Null for binary16 with infinities or NaN, which kernels do not expand.
 */
export function joinHalves({ format, bits }: Halves, width: number): Int32Array | null {
  if (format === "F16" && bits.some((half) => (half & 0x7c00) === 0x7c00)) return null;
  if (width % 2 === 0) return asWords(bits.byteOffset % 4 === 0 ? bits : bits.slice());
  const rows = bits.length / width;
  const padded = new Uint16Array(rows * (width + 1));
  for (let row = 0; row < rows; row++) padded.set(bits.subarray(row * width, (row + 1) * width), row * (width + 1));
  return asWords(padded);
}

function asWords({ buffer, byteOffset, byteLength }: Uint16Array): Int32Array {
  return new Int32Array(buffer, byteOffset, byteLength / 4);
}
