/**
 * Values in blocks that share a step: each is a digit from -L to L times the step of its block.
 *
 *   step = max|x| / L, rounded up to a binary16        digit = floor(x / step + u),   u uniform in [0, 1)
 *
 * A block is sixteen little-endian words of 16 bits. The lower fifteen of each hold its digits, as one number in base 2 L + 1, the first the
 * lowest; the sixteen highest bits, the first word's the lowest, are the step. So a block of two digits a word has exactly 8 bits a value, and of four
 * exactly 4, with the step in them. The last block is filled up with zeros.
 *
 * Bound: a value is off by less than the step, which is at most max|x| / L (1 + 2^-10) + 2^-24 in its block; the variance is at most a quarter of
 * its square.
 */
import { codeAbove, FINITE_CODES, LARGEST_FLOAT16, magnitudeOf } from "./float16.ts";
import { assertBytes, refuse } from "./refuse.ts";
import type { ValueCodec } from "./valueCodec.ts";

const WORDS = 16;
const BLOCK_BYTES = 2 * WORDS;
const DIGIT_BITS = 15;
const DIGITS_MASK = 2 ** DIGIT_BITS - 1;

export interface BlockDigits {
  /** L. */
  readonly largest: number;
  /** Digits of a word. (2 L + 1)^perWord is at most 2^15. */
  readonly perWord: number;
}

/** The format with such digits. */
export function createBlockFormat({ largest, perWord }: BlockDigits): ValueCodec {
  const base = 2 * largest + 1;
  const blockValues = WORDS * perWord;
  const bytesOf = (count: number) => BLOCK_BYTES * Math.ceil(count / blockValues);
  const words = base ** perWord;
  let known: Float32Array | null = null;
  /** Digits of every word, -L to L, the lowest first: looking them up takes a fraction of the time that dividing takes. */
  const digitsByWord = () => (known ??= digitsOfWords(words, { largest, perWord }));

  /** A digit of each value, all of them from 0 to 2 L. */
  function digitsOf(values: Float32Array, step: number, uniform: () => number): Uint8Array {
    const digits = new Uint8Array(blockValues).fill(largest);
    if (step === 0) return digits;
    for (const [i, value] of values.entries()) {
      // The quotient can be a hair above L.
      digits[i] = Math.min(2 * largest, largest + Math.floor(value / step + uniform()));
    }
    return digits;
  }

  return {
    bytes: bytesOf,

    encode(values, uniform) {
      const bytes = new Uint8Array(bytesOf(values.length));
      const view = new DataView(bytes.buffer);
      for (let start = 0, at = 0; start < values.length; start += blockValues, at += BLOCK_BYTES) {
        const block = values.subarray(start, start + blockValues);
        const code = codeAbove(stepOf(block, largest));
        const digits = digitsOf(block, magnitudeOf(code), uniform);
        for (let word = 0; word < WORDS; word++) {
          let packed = 0;
          for (let i = perWord - 1; i >= 0; i--) packed = packed * base + (digits[word * perWord + i] as number);
          view.setUint16(at + 2 * word, packed | (((code >> word) & 1) << DIGIT_BITS), true);
        }
      }
      return bytes;
    },

    decode(bytes, count) {
      assertBytes(bytes, bytesOf(count));
      const packed = new Uint16Array(new Uint8Array(bytes).buffer);
      const digits = digitsByWord();
      // The last block is decoded whole.
      const values = new Float32Array(perWord * packed.length);
      let next = 0;
      for (let block = 0; block < packed.length; block += WORDS) {
        const step = stepIn(packed, block);
        for (let word = block; word < block + WORDS; word++) {
          const number = (packed[word] as number) & DIGITS_MASK;
          if (number >= words) refuse("has a digit that its format does not have");
          for (let i = number * perWord; i < (number + 1) * perWord; i++) values[next++] = (digits[i] as number) * step;
        }
      }
      for (let index = count; index < values.length; index++) {
        const number = (packed[Math.floor(index / perWord)] as number) & DIGITS_MASK;
        if (digits[number * perWord + (index % perWord)] !== 0) refuse("has something behind its last value");
      }
      return values.subarray(0, count);
    },
  };
}

/** [words, perWord] */
function digitsOfWords(words: number, { largest, perWord }: BlockDigits): Float32Array {
  const base = 2 * largest + 1;
  const digits = new Float32Array(words * perWord);
  for (let word = 0; word < words; word++) {
    for (let i = 0, rest = word; i < perWord; i++, rest = Math.floor(rest / base)) {
      digits[word * perWord + i] = (rest % base) - largest;
    }
  }
  return digits;
}

/** @throws {RangeError} on a value that is not finite, or too large. */
function stepOf(block: Float32Array, largest: number): number {
  let most = 0;
  for (const value of block) {
    if (!Number.isFinite(value)) throw new RangeError("A value that is not finite cannot be sent");
    most = Math.max(most, Math.abs(value));
  }
  const step = most / largest;
  if (step > LARGEST_FLOAT16) throw new RangeError(`${most} is beyond what blocks of ${largest} steps hold`);
  return step;
}

/** @throws {DuetError} INVALID_ADAPTER on one that is negative or not finite. */
function stepIn(packed: Uint16Array, block: number): number {
  let code = 0;
  for (let word = 0; word < WORDS; word++) code |= ((packed[block + word] as number) >> DIGIT_BITS) << word;
  if (code >= FINITE_CODES) refuse("has a step that is negative or not finite");
  return magnitudeOf(code);
}
