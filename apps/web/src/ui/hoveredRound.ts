/** The round under the pointer: one crosshair for all charts of the page. */
import { createStore } from "@duet/client/store";

/** Null while the pointer is on no chart. */
export const hoveredRound = createStore<number | null>(null);

/** Null where a drawing from the first to the last round has no such one. */
export const roundWithin = (round: number | null, [first, last]: readonly [number, number]): number | null =>
  round !== null && round >= first && round <= last ? round : null;
