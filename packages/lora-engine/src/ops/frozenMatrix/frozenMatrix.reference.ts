/** Decodes packed rows one value at a time: the oracle of the kernels' expansion. Widths are in values. */
import { GROUP, type PackedBlocks } from "./packBlocks.ts";

export function unpackInt8({ words, scales }: PackedBlocks, width: number): Float32Array {
  return unpack({ words, scales }, width, 4, (bits) => (bits << 24) >> 24);
}

export function unpackInt4({ words, scales }: PackedBlocks, width: number): Float32Array {
  return unpack({ words, scales }, width, 8, (bits) => (bits & 15) - 8);
}

function unpack({ words, scales }: PackedBlocks, width: number, perWord: number, decode: (bits: number) => number): Float32Array {
  const rowWords = Math.ceil(width / perWord);
  const groups = Math.ceil(width / GROUP);
  return Float32Array.from({ length: (words.length / rowWords) * width }, (_, index) => {
    const row = Math.floor(index / width);
    const i = index % width;
    const bits = words[row * rowWords + Math.floor(i / perWord)]! >>> ((32 / perWord) * (i % perWord));
    return decode(bits) * scales[row * groups + Math.floor(i / GROUP)]!;
  });
}
