import { describe, expect, it } from "vitest";
import { nelderMead, type Point } from "./nelderMead.ts";

type Surface = (x: number, y: number) => number;

const valley: Surface = (x, y) => (1 - x) ** 2 + 5 * (y - x ** 2) ** 2;
const ridge: Surface = (x, y) => Math.abs(x - 0.3) + Math.abs(y + 0.2) + 4 * Math.sin(3 * x * y) ** 2;
const pits: Surface = (x, y) => Math.cos(9 * x) + Math.cos(7 * y) + (x ** 2 + y ** 2) / 4;

/**
 * The points that scipy 1.17.1 asks for: `minimize(f, simplex[0], method="Nelder-Mead", options={"initial_simplex": simplex, "maxfev":
 * 24, "xatol": 0, "fatol": 0})`, x and y in turn, to six decimals. Among them are all five moves.
 */
const OF_SCIPY: readonly { surface: Surface; name: string; flat: readonly number[] }[] = [
  {
    name: "a curved valley",
    surface: valley,
    flat: [
      -1.0, 0.5, -0.75, 0.5, -1.0, 0.9, -0.75, 0.9, -0.5, 0.5, -0.25, 0.3, -0.25, -0.1, 0.0, -0.6, 0.25, -0.3, 0.75, -0.7, 0.25,
      -0.7, -0.125, 0.05, 0.375, -0.15, 0.6875, -0.175, 0.75, -0.5, 0.09375, -0.0875, 0.21875, 0.0625, 0.203125, 0.24375, 0.5,
      -0.0, 0.703125, 0.04375, 0.34375, 0.2125, 0.328125, 0.39375, 0.625, 0.15, 0.828125, 0.19375,
    ],
  },
  {
    name: "a ridge",
    surface: ridge,
    flat: [
      1.0, 1.0, 1.5, 1.0, 1.0, 2.0, 0.5, 2.0, 0.5, 1.0, 0.875, 1.75, 0.75, 1.5, 1.0, 1.5, 0.75, 1.0, 0.8125, 1.125, 0.9375, 1.375,
      0.84375, 1.1875, 1.09375, 0.6875, 0.835938, 1.296875, 1.007812, 0.890625, 0.878906, 1.195312, 1.035156, 1.007812, 1.130859,
      0.917969, 0.914062, 1.203125, 0.978516, 1.050781, 1.134766, 0.863281, 0.942871, 1.112305, 1.070801, 0.946289, 0.974854,
      1.070801,
    ],
  },
  {
    name: "many pits",
    surface: pits,
    flat: [
      0.1, 0.2, 1.1, 0.4, 0.3, 1.5, 1.3, 1.7, 0.4, 0.575, 1.2, -0.525, 0.525, 0.99375, 0.75, 0.4875, 0.7, 0.95, 1.15, -0.0625,
      1.0375, 0.190625, 1.3875, 0.103125, 0.909375, 0.391406, 0.971875, 0.600781, 0.988281, 0.498242, 1.178906, 0.506836,
      0.976758, 0.420264, 0.865039, 0.518506, 1.04126, 0.429626, 1.029736, 0.351648, 0.998645, 0.461594, 1.063147, 0.470956,
      1.105762, 0.438989, 1.025424, 0.455943,
    ],
  },
];

function pairs(flat: readonly number[]): Point[] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]] as unknown as Point);
}

/** All points asked for within `budget` evaluations, the start among them. */
async function path(surface: Surface, [start, second, third]: readonly Point[], budget: number, tolerance = 0): Promise<Point[]> {
  if (!start || !second || !third) throw new Error("a simplex has three corners");
  const seen: Point[] = [start];
  const evaluate = async (at: Point): Promise<number | null> => {
    if (seen.length >= budget) return null;
    seen.push(at);
    return surface(...at);
  };
  await nelderMead([{ at: start, value: surface(...start) }, second, third], evaluate, tolerance);
  return seen;
}

describe("Nelder-Mead", () => {
  it.each(OF_SCIPY)("asks for the points that scipy asks for: $name", async ({ surface, flat }) => {
    const points = pairs(flat);
    const seen = await path(surface, points.slice(0, 3), points.length);
    expect(seen).toHaveLength(points.length);
    seen.forEach(([x, y], i) => {
      const [wantedX, wantedY] = points[i] as Point;
      expect(Math.hypot(x - wantedX, y - wantedY), `point ${i}`).toBeLessThan(2e-6);
    });
  });

  it("asks for nothing more, wherever its budget ends", async () => {
    const whole = await path(
      pits,
      [
        [0.1, 0.2],
        [1.1, 0.4],
        [0.3, 1.5],
      ],
      24,
    );
    for (let budget = 1; budget < 24; budget++) {
      expect(
        await path(
          pits,
          [
            [0.1, 0.2],
            [1.1, 0.4],
            [0.3, 1.5],
          ],
          budget,
        ),
      ).toEqual(whole.slice(0, budget));
    }
  });

  it("shrinks where a contraction is below the worst corner and not below the reflection", async () => {
    const values: Readonly<Record<string, number>> = { "0,0": 0, "1,0": 1, "0,1": 10, "1,-1": 5, "0.75,-0.5": 7 };
    const corners: Point[] = [
      [0, 0],
      [1, 0],
      [0, 1],
    ];
    const seen = await path((x, y) => values[`${x},${y}`] ?? 20, corners, 7);
    expect(seen.slice(3)).toEqual([
      [1, -1],
      [0.75, -0.5],
      [0.5, 0],
      [0, 0.5],
    ]);
  });

  it("ends away from the origin as it does there", async () => {
    const bowl: Surface = (x, y) => (x - 0.7) ** 2 + (y - 0.7) ** 2;
    const corners: Point[] = [
      [0.5, 0.5],
      [1, 0.5],
      [0.5, 0.9],
    ];
    expect((await path(bowl, corners, 99, 0.01)).length).toBeLessThan(60);
  });

  it("ends when no edge from the best corner is as long as the tolerance", async () => {
    const bowl: Surface = (x, y) => x ** 2 + y ** 2;
    const corners: Point[] = [
      [0, 0],
      [0.5, 0],
      [0, 0.4],
    ];
    expect(await path(bowl, corners, 99, 0.51)).toHaveLength(3);
    const fine = await path(bowl, corners, 99, 0.5);
    expect(fine.length).toBeGreaterThan(4);
    expect(fine.length).toBeLessThan(30);
  });
});
