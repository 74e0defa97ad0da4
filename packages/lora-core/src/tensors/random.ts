/** The only source of randomness: seeded, the same on every machine and browser (integer arithmetic only). */

/** A stream of uniform numbers in [0, 1). */
export type Random = () => number;

/**
 * Seeded uniform stream. Labels split one seed into independent streams: `random(7, "batches", round)`.
 * Source: sfc32 (Doty-Humphrey, PractRand) seeded by FNV-1a over the labels, 12 warm-up draws.
 */
export function random(seed: number, ...labels: readonly (string | number)[]): Random {
  let a = seed >>> 0;
  let b = fnv1a(labels.join("\u0000"));
  let c = 0x9e3779b9 ^ a;
  let counter = 1;
  const next = () => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return (t >>> 0) / 4294967296;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

/** Standard normal draw (Box–Muller; one of the pair is dropped). */
export function normal(uniform: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
  return radius * Math.cos(2 * Math.PI * uniform());
}

/** Gamma(shape, 1) draw. Source: Marsaglia and Tsang 2000; shape below 1 by their boosting rule. */
export function gamma(uniform: Random, shape: number): number {
  if (!(shape > 0)) throw new RangeError(`gamma: shape must be positive, got ${shape}`);
  if (shape < 1) return gamma(uniform, shape + 1) * (1 - uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(uniform);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** A shuffled copy (Fisher–Yates). */
export function shuffled<T>(items: readonly T[], uniform: Random): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    [out[i], out[j]] = [out[j] as T, out[i] as T];
  }
  return out;
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash | 0;
}
