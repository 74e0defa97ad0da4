/** Randomness that nobody can foretell or repeat: of samples and noise that privacy rests on, and of nothing else. */
import type { Random } from "../tensors/random.ts";

/** 65,536 bytes, the most that is given at once. */
const WORDS_AT_ONCE = 16_384;

/** Uniform numbers in [0, 1) with 53 bits, from the platform's cryptographic source. Each word is used once and wiped. */
export function cryptoRandom(): Random {
  const words = new Uint32Array(WORDS_AT_ONCE);
  let next = words.length;
  const draw = (): number => {
    if (next === words.length) {
      crypto.getRandomValues(words);
      next = 0;
    }
    const word = words[next] ?? 0;
    words[next++] = 0;
    return word;
  };
  return () => ((draw() >>> 5) * 2 ** 26 + (draw() >>> 6)) / 2 ** 53;
}
