/** Along what all charts of the page show their rounds; remembered in this browser. */
import { createStore, type ReadableStore } from "@duet/client/store";
import { AXIS_KINDS, type AxisKind } from "./roundAxis.ts";

const KEY = "duet:roundsAlong";

const chosen = createStore<AxisKind>(AXIS_KINDS.find((kind) => kind === localStorage.getItem(KEY)) ?? "round");

export const chosenAxis: ReadableStore<AxisKind> = chosen;

export function chooseAxis(kind: AxisKind): void {
  localStorage.setItem(KEY, kind);
  chosen.set(kind);
}
