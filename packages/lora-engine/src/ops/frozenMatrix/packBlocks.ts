/** Float32 values as 8 or 4 bits each and a scale per 32 values of a row, rounded as GGUF's Q8_0 and Q4_0. */

/** Values that share a scale. */
export const GROUP = 32;

export interface PackedBlocks {
  /** Rows of whole 32-bit words: four values of 8 bits or eight of 4 bits each, the first in the lowest bits. */
  readonly words: Int32Array;
  /** Rows of ceil(width / 32). */
  readonly scales: Float32Array;
}

/** value = scale q, q in -127..127, scale = largest / 127. */
export function packInt8(values: Float32Array, width: number): PackedBlocks {
  return packBlocks(values, width, {
    perWord: 4,
    scaleOf: (extreme) => Math.abs(extreme) / 127,
    quantise: (ratio) => Math.round(ratio) & 0xff,
  });
}

/** value = scale (q - 8), q in 0..15; the value farthest from 0 is exactly q = 0, so a scale may be negative. */
export function packInt4(values: Float32Array, width: number): PackedBlocks {
  return packBlocks(values, width, {
    perWord: 8,
    scaleOf: (extreme) => extreme / -8,
    quantise: (ratio) => Math.min(15, Math.max(0, Math.floor(ratio + 8.5))),
  });
}

interface BlockFormat {
  readonly perWord: number;
  /** From the value of a group that is farthest from 0. */
  readonly scaleOf: (extreme: number) => number;
  /** From value / scale to its bits. */
  readonly quantise: (ratio: number) => number;
}

function packBlocks(values: Float32Array, width: number, { perWord, scaleOf, quantise }: BlockFormat): PackedBlocks {
  const rows = values.length / width;
  const rowWords = Math.ceil(width / perWord);
  const groups = Math.ceil(width / GROUP);
  const bits = 32 / perWord;
  const words = new Int32Array(rows * rowWords);
  const scales = new Float32Array(rows * groups);
  for (let row = 0; row < rows; row++) {
    for (let group = 0; group < groups; group++) {
      const start = group * GROUP;
      const part = values.subarray(row * width + start, row * width + Math.min(width, start + GROUP));
      const extreme = part.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
      const scale = Math.fround(scaleOf(extreme));
      scales[row * groups + group] = scale;
      part.forEach((value, i) => {
        const at = start + i;
        const word = row * rowWords + Math.floor(at / perWord);
        words[word] = (words[word] ?? 0) | (quantise(scale === 0 ? 0 : value / scale) << (bits * (at % perWord)));
      });
    }
  }
  return { words, scales };
}
