/** What the implementations of exactGelu.ts share. */

/**
 * erfc(z) = (a_1 t + ... + a_5 t^5) e^(-z^2) with t = 1 / (1 + TAIL_STEP z) for z >= 0, to 1.5e-7, which is what float32 holds of it.
 * Source: Abramowitz and Stegun 7.1.26. The wasm kernel (kernels/activations.ts) has the same numbers.
 */
export const TAIL_STEP = 0.3275911;
/** a_1 to a_5. */
export const TAIL_TERMS = [0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429] as const;
/** 1 / sqrt(2 pi), the height of the normal density. */
export const DENSITY = 1 / Math.sqrt(2 * Math.PI);
