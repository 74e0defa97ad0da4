/**
 * The storage formats of ggml tensors: fixed-size blocks of values that share a scale, and how each becomes float32 again.
 * A value is computed in float64, where every product and sum below is exact (scales have 11 bits), and rounded once when stored.
 * That equals llama.cpp's float32 arithmetic bit for bit. Layouts: ggml-common.h and ggml-quants.c of llama.cpp.
 */
import type { ModelSaying } from "../../errors/modelSentences.ts";
import type { Halves } from "../../tensors/namedTensors.ts";
import { widenHalves } from "../halfPrecision.ts";

/** A window over a tensor's bytes that is moved from block to block; indexes count from the block's first byte. */
class Block {
  start = 0;
  readonly #bytes: Uint8Array;
  readonly #halves = halves();

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(index: number): number {
    return this.#bytes[this.start + index] as number;
  }

  signed(index: number): number {
    return (this.byte(index) << 24) >> 24;
  }

  /** The binary16 whose first byte this is. */
  half(index: number): number {
    return this.#halves[this.byte(index) | (this.byte(index + 1) << 8)] as number;
  }
}

export interface BlockFormat {
  readonly name: string;
  /** Values of one block. */
  readonly values: number;
  readonly blockBytes: number;
  /** Writes one block's values from `at` on. */
  readonly unpack: (block: Block, out: Float32Array, at: number) => void;
}

/** Two values a byte: the low halves are the first 16 values, the high halves the last 16. `fifth` has the fifth bit of each. */
function fourBits(block: Block, start: number, i: number, fifth: number | null): number {
  const byte = block.byte(start + (i & 15));
  const low = i < 16 ? byte & 15 : byte >> 4;
  return fifth === null ? low : low | (((block.byte(fifth + (i >> 3)) >> (i & 7)) & 1) << 4);
}

/** Blocks of 32 with one scale: d (q - centre), or d q + m where the block has a minimum. */
function legacy(name: string, blockBytes: number, start: number, options: { fifth?: number; centre?: number }): BlockFormat {
  const { fifth = null, centre = null } = options;
  return {
    name,
    values: 32,
    blockBytes,
    unpack(block, out, offset) {
      const scale = block.half(0);
      for (let i = 0; i < 32; i++) {
        const q = fourBits(block, start, i, fifth);
        out[offset + i] = centre === null ? scale * q + block.half(2) : scale * (q - centre);
      }
    },
  };
}

const q8_0: BlockFormat = {
  name: "Q8_0",
  values: 32,
  blockBytes: 34,
  unpack(block, out, offset) {
    const scale = block.half(0);
    for (let i = 0; i < 32; i++) out[offset + i] = scale * block.signed(2 + i);
  },
};

/** Scale and minimum (6 bits each) of group `g` of 8, packed into 12 bytes from byte 4 on. */
function scaleAndMinimum(block: Block, g: number): readonly [number, number] {
  if (g < 4) return [block.byte(4 + g) & 63, block.byte(8 + g) & 63];
  const high = block.byte(8 + g);
  return [(high & 15) | ((block.byte(g) >> 6) << 4), (high >> 4) | ((block.byte(4 + g) >> 6) << 4)];
}

/** Q4_K and Q5_K: 8 groups of 32, (d s_g) q - (dmin m_g); in Q5_K 32 bytes before the quants have the fifth bits. */
function kQuant(name: string, blockBytes: number, start: number, fifth: number | null): BlockFormat {
  return {
    name,
    values: 256,
    blockBytes,
    unpack(block, out, offset) {
      for (let g = 0; g < 8; g++) {
        const [scale, minimum] = scaleAndMinimum(block, g);
        const d = block.half(0) * scale;
        const m = block.half(2) * minimum;
        for (let i = 0; i < 32; i++) {
          const byte = block.byte(start + (g >> 1) * 32 + i);
          const low = g % 2 === 0 ? byte & 15 : byte >> 4;
          const q = fifth === null ? low : low | (((block.byte(fifth + i) >> g) & 1) << 4);
          out[offset + 32 * g + i] = d * q - m;
        }
      }
    },
  };
}

/** 16 groups of 16, (d s_g) (q - 32): bytes 0..127 the low four bits, 128..191 the high two, 192..207 the scales, 208 d. */
const q6_K: BlockFormat = {
  name: "Q6_K",
  values: 256,
  blockBytes: 210,
  unpack(block, out, offset) {
    const d = block.half(208);
    for (let i = 0; i < 256; i++) {
      // Each half of the block has 128 values: four runs of 32 over 64 low bytes and 32 high bytes.
      const part = i >> 7;
      const run = (i >> 5) & 3;
      const byte = block.byte(64 * part + 32 * (run & 1) + (i & 31));
      const low = run < 2 ? byte & 15 : byte >> 4;
      const high = (block.byte(128 + 32 * part + (i & 31)) >> (2 * run)) & 3;
      out[offset + i] = d * block.signed(192 + (i >> 4)) * ((low | (high << 4)) - 32);
    }
  },
};

/** 16 or 32 bits a value, no shared scale. */
const plain = (name: string, blockBytes: number): BlockFormat => ({ name, values: 1, blockBytes, unpack: () => {} });

/** By the type number in a GGUF header; the ones that are not here are not supported. */
export const blockFormats: ReadonlyMap<number, BlockFormat> = new Map([
  [0, plain("F32", 4)],
  [1, plain("F16", 2)],
  [2, legacy("Q4_0", 18, 2, { centre: 8 })],
  [3, legacy("Q4_1", 20, 4, {})],
  [6, legacy("Q5_0", 22, 6, { fifth: 2, centre: 16 })],
  [7, legacy("Q5_1", 24, 8, { fifth: 4 })],
  [8, q8_0],
  [12, kQuant("Q4_K", 144, 16, null)],
  [13, kQuant("Q5_K", 176, 48, 16)],
  [14, q6_K],
  [30, plain("BF16", 2)],
]);

/** Names of the others, as people know them. */
const otherNames: ReadonlyMap<number, string> = new Map([
  ...([
    [9, "Q8_1"],
    [10, "Q2_K"],
    [11, "Q3_K"],
    [15, "Q8_K"],
    [16, "IQ2_XXS"],
    [17, "IQ2_XS"],
    [18, "IQ3_XXS"],
  ] as const),
  ...([
    [19, "IQ1_S"],
    [20, "IQ4_NL"],
    [21, "IQ3_S"],
    [22, "IQ2_S"],
    [23, "IQ4_XS"],
    [24, "I8"],
    [25, "I16"],
  ] as const),
  ...([
    [26, "I32"],
    [27, "I64"],
    [28, "F64"],
    [29, "IQ1_M"],
    [34, "TQ1_0"],
    [35, "TQ2_0"],
    [39, "MXFP4"],
  ] as const),
]);

/** The sentence for a tensor in a format that is not supported. */
export function unsupportedFormat(tensor: string, type: number): ModelSaying {
  const name = otherNames.get(type);
  const called = name === undefined ? `ggml type ${type}` : `${name} (ggml type ${type})`;
  const supported = [...blockFormats.values()].map((format) => format.name).join(", ");
  return ["otherFormat", tensor, called, supported];
}

/** Float32 copies of all values of a tensor's `raw` bytes, a whole number of blocks. */
export function dequantize(format: BlockFormat, raw: Uint8Array): Float32Array {
  if (format.values === 1) {
    const halves = halvesOf(format, raw);
    return halves ? widenHalves(halves.bits, halves.format) : new Float32Array(raw.slice().buffer);
  }
  const blocks = raw.byteLength / format.blockBytes;
  const out = new Float32Array(blocks * format.values);
  const block = new Block(raw);
  for (let k = 0; k < blocks; k++, block.start += format.blockBytes) format.unpack(block, out, k * format.values);
  return out;
}

/** The values of a tensor's `raw` bytes where they are 16 bits each; a view of them where they are aligned. */
export function halvesOf({ name }: BlockFormat, raw: Uint8Array): Halves | undefined {
  if (name !== "F16" && name !== "BF16") return;
  const { buffer, byteOffset, byteLength } = raw.byteOffset % 2 === 0 ? raw : raw.slice();
  return { format: name, bits: new Uint16Array(buffer, byteOffset, byteLength / 2) };
}

let table: Float32Array | null = null;

/** The value of every binary16, by its bits. */
function halves(): Float32Array {
  table ??= widenHalves(
    Uint16Array.from({ length: 65_536 }, (_, bits) => bits),
    "F16",
  );
  return table;
}
