/** The round that all charts of the page point at, moved by mouse, touch and keyboard. */

import type { KeyboardEvent, PointerEvent } from "react";
import { useStore } from "../hooks/useStore.ts";
import { roundLabel } from "../lib/roundWords.ts";
import { hoveredRound, roundWithin } from "./hoveredRound.ts";
import { words } from "./words.ts";

/** Handlers of a drawing; a finger's round stays until another is touched. `roundAt` takes pixels from its left side. */
export function crosshairByPointer(roundAt: (x: number) => number) {
  const point = ({ clientX, currentTarget }: PointerEvent<Element>) =>
    hoveredRound.set(roundAt(clientX - currentTarget.getBoundingClientRect().left));
  return {
    onPointerDown: point,
    onPointerMove: point,
    onPointerLeave: ({ pointerType }: PointerEvent<Element>) => {
      if (pointerType === "mouse") hoveredRound.set(null);
    },
  };
}

export interface CrosshairSliderProps {
  /** First and last round. */
  readonly range: readonly [number, number];
  readonly totalRounds: number;
  /** What stands in the round pointed at. */
  readonly said: string;
  /** Up and down where there are rows; left out where there are none. */
  readonly onRow?: (step: number) => void;
}

/** Lies over a drawing for the keyboard, and says what the crosshair shows; lets the pointer through. */
export function CrosshairSlider({ range, totalRounds, said, onRow }: CrosshairSliderProps) {
  const [first, last] = range;
  const round = roundWithin(useStore(hoveredRound), range);
  const at = round ?? last;
  const steps: Readonly<Record<string, number | null>> = {
    ArrowLeft: at - 1,
    ArrowDown: at - 1,
    ArrowRight: at + 1,
    ArrowUp: at + 1,
    PageDown: at - 10,
    PageUp: at + 10,
    Home: first,
    End: last,
    Escape: null,
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (onRow && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      return onRow(event.key === "ArrowUp" ? -1 : 1);
    }
    const next = steps[event.key];
    if (next === undefined) return;
    event.preventDefault();
    hoveredRound.set(next === null ? null : Math.min(last, Math.max(first, next)));
  };
  return (
    <div
      className="crosshair"
      role="slider"
      tabIndex={0}
      aria-label={words.crosshair.roundToLookAt}
      aria-valuemin={first}
      aria-valuemax={last}
      aria-valuenow={at}
      aria-valuetext={round === null ? words.crosshair.noneChosen : words.crosshair.atRound(roundLabel(round, totalRounds), said)}
      onKeyDown={onKeyDown}
    />
  );
}
