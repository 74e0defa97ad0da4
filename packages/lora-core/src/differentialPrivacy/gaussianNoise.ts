import type { Random } from "../tensors/random.ts";

/** Normal draws that make one value. */
const DRAWS = 4;

/**
 * `size` values of N(0, deviation^2). Each is the sum of four Box–Muller draws over two, which leaves no pattern of representable
 * numbers to tell a value's origin by (Mironov 2012; Holohan and Braghin 2021, arXiv:2107.10138).
 */
export function gaussianNoise(size: number, deviation: number, uniform: Random): Float32Array {
  const factor = deviation / Math.sqrt(DRAWS);
  return Float32Array.from({ length: size }, () => {
    let sum = 0;
    for (let pair = 0; pair < DRAWS / 2; pair++) {
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      sum += radius * (Math.cos(angle) + Math.sin(angle));
    }
    return factor * sum;
  });
}
