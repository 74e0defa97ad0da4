/** Whether the lines of all charts of the page are smoothed; remembered in this browser. */
import { createStore, type ReadableStore } from "@duet/client/store";

const KEY = "duet:smoothLines";

const chosen = createStore(localStorage.getItem(KEY) === "yes");

export const chosenSmoothing: ReadableStore<boolean> = chosen;

export function chooseSmoothing(isSmooth: boolean): void {
  localStorage.setItem(KEY, isSmooth ? "yes" : "no");
  chosen.set(isSmooth);
}
