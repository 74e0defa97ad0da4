/** The round under the pointer: one crosshair for all charts of the page. */
import { createStore } from "@duet/client/store";

/** Null while the pointer is on no chart. */
export const hoveredRound = createStore<number | null>(null);
