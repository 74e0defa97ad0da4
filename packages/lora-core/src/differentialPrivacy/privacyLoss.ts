/**
 * What mechanisms after each other cost together: Renyi divergences add up, order by order, and are then converted to (epsilon, delta).
 * The same orders and bounds as Google's dp-accounting, whose figures the fixture holds.
 */
import { rdpOfChoice } from "./exponentialMechanism.ts";
import { kindOf, type Mechanism, type StepOf } from "./mechanism.ts";
import { rdpOfStep } from "./subsampledGaussian.ts";

/** dp-accounting's: 1.1 to 10.9, 11 to 63, and four powers of two. */
const ORDERS: readonly number[] = [
  ...Array.from({ length: 99 }, (_, i) => 1 + (i + 1) / 10),
  ...Array.from({ length: 53 }, (_, i) => 11 + i),
  ...[128, 256, 512, 1024],
];

/** Renyi divergence at each of the orders. */
export type RdpCurve = readonly number[];

export const NO_LOSS: RdpCurve = ORDERS.map(() => 0);

/** Curves take long, and a budget asks for the same few before every step. */
const known = new Map<string, RdpCurve>();
const MOST_KNOWN = 64;

/** Of one use of a mechanism. */
export function curveOfStep(step: StepOf<Mechanism>): RdpCurve {
  const key = kindOf(step);
  const at = (order: number) => ("choiceEpsilon" in step ? rdpOfChoice(step.choiceEpsilon, order) : rdpOfStep(step, order));
  const curve = known.get(key) ?? ORDERS.map(at);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, curve);
  return curve;
}

/** `base` and then `times` of `curve`. */
export function plus(base: RdpCurve, curve: RdpCurve, times = 1): RdpCurve {
  return times === 0 ? base : base.map((loss, i) => loss + times * (curve[i] ?? Number.POSITIVE_INFINITY));
}

/** Of all of them after each other. */
export function curveOf(mechanisms: readonly Mechanism[]): RdpCurve {
  return mechanisms.reduce<RdpCurve>((sum, step) => plus(sum, curveOfStep(step), step.steps), NO_LOSS);
}

/**
 * The smallest epsilon over all orders (Canonne, Kamath and Steinke 2020, arXiv:2004.00010, proposition 12), or 0 where the
 * divergence alone bounds delta (Bretagnolle and Huber). Infinity where no order gives one.
 */
export function epsilonOf(curve: RdpCurve, delta: number): number {
  if (!(delta > 0 && delta < 1)) throw new RangeError(`delta must lie between 0 and 1, got ${delta}`);
  let least = Number.POSITIVE_INFINITY;
  for (const [i, order] of ORDERS.entries()) {
    const loss = curve[i] ?? Number.POSITIVE_INFINITY;
    if (delta ** 2 + Math.expm1(-loss) > 0) return 0;
    least = Math.min(least, loss + Math.log1p(-1 / order) - Math.log(delta * order) / (order - 1));
  }
  return Math.max(0, least);
}
