/** Where things stand in a chart of values over rounds, in pixels from its upper left corner. Pure. */

export interface ChartScale {
  readonly x: (round: number) => number;
  /** Of something along the x axis, which need not be a round. */
  readonly xAt: (at: number) => number;
  readonly y: (value: number) => number;
  /** The round nearest to a place. */
  readonly roundAt: (x: number) => number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** From 0 to the upper end of the y axis. */
  readonly ticks: readonly number[];
}

/** Room for the y axis, the labels at the lines' ends, the title of y above, and the x axis with its title. */
const MARGIN = { left: 42, right: 96, top: 24, bottom: 40 } as const;
/** Between the plot's sides and the first and the last round. */
const PADDING = 12;

export interface ChartSize {
  readonly width: number;
  readonly height: number;
  /** Rounds in their order, one at least, and where each stands along the x axis. */
  readonly places: readonly { readonly round: number; readonly at: number }[];
  /** Where the x axis begins. */
  readonly from: number;
  /** The largest value there is to show. */
  readonly highest: number;
}

export function chartScale({ width, height, places, from, highest }: ChartSize): ChartScale {
  const { left, top } = MARGIN;
  const right = Math.max(left + 2 * PADDING + 1, width - MARGIN.right);
  const bottom = height - MARGIN.bottom;
  const to = places.at(-1)?.at ?? from;
  const perUnit = to > from ? (right - left - 2 * PADDING) / (to - from) : 0;
  const xAt = (at: number) => left + PADDING + (at - from) * perUnit;
  const known = new Map(places.map(({ round, at }) => [round, xAt(at)]));
  const ticks = roundTicks(highest);
  const ceiling = ticks.at(-1) ?? 1;
  return {
    x: (round) => known.get(round) ?? right,
    xAt,
    y: (value) => bottom - (value / ceiling) * (bottom - top),
    roundAt: (x) => nearest(known, x),
    left,
    right,
    top,
    bottom,
    ticks,
  };
}

/** Of rounds at the same place the last. */
function nearest(known: ReadonlyMap<number, number>, x: number): number {
  let found = { round: 0, distance: Number.POSITIVE_INFINITY };
  for (const [round, place] of known) {
    const distance = Math.abs(place - x);
    if (distance <= found.distance) found = { round, distance };
  }
  return found.round;
}

/** Rounds that are labelled where a label takes `room` pixels: the first, the last, and multiples of a round number between. */
export function labelledRounds([first, last]: readonly [number, number], width: number, room: number): readonly number[] {
  const most = Math.max(2, Math.floor(width / room));
  const rounds = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  if (rounds.length <= most) return rounds;
  const step = [2, 5, 10, 20, 50, 100, 200, 500].find((candidate) => rounds.length / candidate <= most - 2) ?? 1000;
  return [first, ...rounds.filter((round) => round % step === 0 && round - first > step / 2 && last - round > step / 2), last];
}

/** Round numbers from 0 to at least `highest`, a handful. */
export function roundTicks(highest: number): readonly number[] {
  if (!(highest > 0)) return [0, 1];
  const rough = highest / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 2.5, 5].find((factor) => factor * power >= rough) ?? 10);
  const count = Math.ceil(highest / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(6)));
}
