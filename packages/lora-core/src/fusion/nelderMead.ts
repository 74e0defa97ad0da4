/** Derivative-free minimisation in the plane. Source: Nelder and Mead 1965, with the usual coefficients 1, 2, 1/2, 1/2. */

export type Point = readonly [number, number];
interface Vertex {
  readonly at: Point;
  readonly value: number;
}

/**
 * Moves a simplex downhill until `evaluate` returns null (the budget is spent) or the simplex is smaller than `tolerance`.
 * The caller keeps the best point it was asked for; nothing is returned.
 */
export async function nelderMead(
  start: readonly [Vertex, Point, Point],
  evaluate: (at: Point) => Promise<number | null>,
  tolerance: number,
): Promise<void> {
  const [first, ...others] = start;
  const simplex: Vertex[] = [first];
  for (const at of others) {
    const value = await evaluate(at);
    if (value === null) return;
    simplex.push({ at, value });
  }
  for (;;) {
    simplex.sort((a, b) => a.value - b.value);
    const [best, middle, worst] = simplex as [Vertex, Vertex, Vertex];
    if (Math.max(distance(best.at, middle.at), distance(best.at, worst.at)) < tolerance) return;
    const replacement = await improved(best, middle, worst, evaluate);
    if (replacement === null) return;
    if (replacement !== "shrink") {
      simplex[2] = replacement;
      continue;
    }
    for (const index of [1, 2] as const) {
      const at = along(best.at, (simplex[index] as Vertex).at, 0.5);
      const value = await evaluate(at);
      if (value === null) return;
      simplex[index] = { at, value };
    }
  }
}

/** A better vertex than the worst by reflection, expansion or contraction; "shrink" when there is none; null without budget. */
async function improved(
  best: Vertex,
  middle: Vertex,
  worst: Vertex,
  evaluate: (at: Point) => Promise<number | null>,
): Promise<Vertex | "shrink" | null> {
  const centre = along(best.at, middle.at, 0.5);
  const tryAt = async (factor: number): Promise<Vertex | null> => {
    const at = along(centre, worst.at, factor);
    const value = await evaluate(at);
    return value === null ? null : { at, value };
  };
  const reflected = await tryAt(-1);
  if (!reflected) return null;
  if (reflected.value < best.value) {
    const expanded = await tryAt(-2);
    return expanded && expanded.value < reflected.value ? expanded : reflected;
  }
  if (reflected.value < middle.value) return reflected;
  const contracted = await tryAt(reflected.value < worst.value ? -0.5 : 0.5);
  if (!contracted) return null;
  return contracted.value < Math.min(reflected.value, worst.value) ? contracted : "shrink";
}

/** from + factor * (to - from) */
function along(from: Point, to: Point, factor: number): Point {
  return [from[0] + factor * (to[0] - from[0]), from[1] + factor * (to[1] - from[1])];
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}
