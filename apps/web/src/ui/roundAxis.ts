/** Along what rounds stand in charts: their numbers, the training steps until their end, or the time until then. Pure. */
import { formatCountInSteps, formatDuration } from "../lib/format.ts";
import { formatNumber } from "../lib/numbers.ts";
import { roundTick } from "../lib/roundWords.ts";
import { labelledRounds } from "./chartScale.ts";
import { words } from "./words.ts";

export const AXIS_KINDS = ["round", "step", "time"] as const;
export type AxisKind = (typeof AXIS_KINDS)[number];

export interface RoundPlace {
  readonly round: number;
  /** Its number, steps, or seconds. */
  readonly at: number;
}

/** In the order of rounds, one at least. What is not known is left out. */
export interface RoundAxes {
  readonly round: readonly RoundPlace[];
  readonly step?: readonly RoundPlace[];
  /** Of the rounds that have ended. */
  readonly time?: readonly RoundPlace[];
}

export interface RoundAxis {
  readonly kind: AxisKind;
  readonly places: readonly RoundPlace[];
}

export interface AxisTick {
  readonly at: number;
  readonly text: string;
}

export const axisKinds = (axes: RoundAxes): readonly AxisKind[] => AXIS_KINDS.filter((kind) => axes[kind] !== undefined);

/** The one that is wanted where it is known. */
export function axisOf(axes: RoundAxes, wanted: AxisKind): RoundAxis {
  const places = axes[wanted];
  return places ? { kind: wanted, places } : { kind: "round", places: axes.round };
}

/** Where the axis begins: nothing is learned before the first step. */
export const axisStart = ({ kind, places }: RoundAxis): number => (kind === "round" ? (places[0]?.at ?? 0) : 0);

/** Where a round stands, in words; null where its name says that. */
export function placeText({ kind, places }: RoundAxis, round: number): string | null {
  const at = places.find((place) => place.round === round)?.at;
  if (kind === "round" || at === undefined) return null;
  return kind === "time" ? formatDuration(at) : words.roundPlot.atStep(formatNumber(at));
}

/** Room for a label, pixels. */
const ROOM: Readonly<Record<AxisKind, number>> = { round: 36, step: 44, time: 72 };
const SECONDS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 28_800, 86_400, 604_800];

/** What is labelled below an axis of this width. */
export function axisTicks(axis: RoundAxis, width: number, totalRounds: number): readonly AxisTick[] {
  const { kind, places } = axis;
  const [first, last] = [places[0], places.at(-1)];
  if (!first || !last) return [];
  if (kind === "round") {
    return labelledRounds([first.round, last.round], width, ROOM.round).map((round) => ({
      at: round,
      text: roundTick(round, totalRounds),
    }));
  }
  const most = Math.max(1, Math.floor(width / ROOM[kind]) - 1);
  const fits = (step: number) => Math.floor(last.at / step) <= most;
  const step = kind === "time" ? (SECONDS.find(fits) ?? last.at) : (roundSteps(last.at).find(fits) ?? last.at);
  const text = (at: number) => (kind === "time" ? formatDuration(at) : formatCountInSteps(at, step));
  if (!(step > 0)) return [{ at: 0, text: text(0) }];
  return Array.from({ length: Math.floor(last.at / step) + 1 }, (_, i) => ({ at: i * step, text: text(i * step) }));
}

/** 1, 2, 5, 10, … up to what is no less than `highest`. */
function roundSteps(highest: number): readonly number[] {
  const powers = Array.from({ length: Math.ceil(Math.log10(Math.max(1, highest))) + 1 }, (_, power) => 10 ** power);
  return powers.flatMap((power) => [power, 2 * power, 5 * power]);
}
