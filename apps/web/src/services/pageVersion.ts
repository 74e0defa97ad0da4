/** Whether the coordinator serves another version of the page by now, as after an update: then parts that were not fetched yet can no longer be had. */
import type { CoordinatorClient } from "@duet/client/coordinatorClient";
import { createStore, type ReadableStore } from "@duet/client/store";
import { servesAnotherPage } from "../lib/servedPage.ts";

/** True from when that was seen: looked up once the coordinator is back, and when a part did not come. */
export function createPageVersion({ status }: Pick<CoordinatorClient, "status">): ReadableStore<boolean> {
  const isAnother = createStore(false);
  // Who does not answer says nothing.
  const look = () => void servesAnotherPage().then(isAnother.set, () => {});
  let wasLost = false;
  status.subscribe(() => {
    const { kind } = status.get();
    if (kind === "ready" && wasLost) look();
    if (kind !== "connecting") wasLost = kind === "lost";
  });
  // Vite's, of whatever is imported when it is needed.
  window.addEventListener("vite:preloadError", look);
  return isAnother;
}
