import type { Random } from "../tensors/random.ts";

/**
 * `size` draws of the discrete Gaussian N_Z(0, deviation^2): P(x) is proportional to exp(-x^2 / (2 deviation^2)) over the integers.
 * Source: Canonne, Kamath and Steinke 2020 (arXiv:2004.00010), algorithm 3: a discrete Laplace draw that is accepted or drawn again.
 * Differs from paper: coins fall by 53-bit numbers against a float64 probability, so each is off by less than 2^-52.
 * @throws {RangeError} a deviation below 1 or so large that draws are no exact integers.
 */
export function discreteGaussian(size: number, deviation: number, uniform: Random): Float64Array {
  if (!(deviation >= 1 && deviation <= 2 ** 40)) throw new RangeError(`discreteGaussian: a deviation of ${deviation}`);
  const scale = Math.floor(deviation) + 1;
  const centre = deviation ** 2 / scale;
  return Float64Array.from({ length: size }, () => {
    for (;;) {
      const drawn = discreteLaplace(scale, uniform);
      if (uniform() < Math.exp(-((Math.abs(drawn) - centre) ** 2) / (2 * deviation ** 2))) return drawn;
    }
  });
}

/** P(x) is proportional to exp(-|x| / scale): a sign and a geometric draw, where a negative 0 is drawn again. */
function discreteLaplace(scale: number, uniform: Random): number {
  for (;;) {
    const isNegative = uniform() < 0.5;
    const size = Math.floor(-Math.log(1 - uniform()) * scale);
    if (size > 0 || !isNegative) return isNegative ? -size : size;
  }
}
