/** What the browser tells of this device and this tab: network, visibility, sleep. */
import { createSleepWatch, type Surroundings, type SurroundingsChange } from "@duet/client/surroundings";

/** Between two looks at the clock, ms; a hidden page looks less often. */
const LOOK_EVERY_MS = 10_000;

/** Lives as long as the page. */
export function createSurroundings(now: () => number): Surroundings {
  const listeners = new Set<(change: SurroundingsChange) => void>();
  const tell = (change: SurroundingsChange) => {
    for (const listener of [...listeners]) listener(change);
  };
  const sleep = createSleepWatch(now);
  function look(): void {
    const sleptMs = sleep.look();
    if (sleptMs > 0) tell({ kind: "woke", sleptMs });
  }

  setInterval(look, LOOK_EVERY_MS);
  // After a sleep these come before the timer does.
  addEventListener("online", () => {
    look();
    tell({ kind: "online" });
  });
  addEventListener("offline", () => tell({ kind: "offline" }));
  document.addEventListener("visibilitychange", () => {
    look();
    tell({ kind: document.hidden ? "hidden" : "shown" });
  });
  watchNetwork(() => tell({ kind: "networkChanged" }));

  return {
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Network Information API, in some browsers: of its many changes only another kind of network counts. */
function watchNetwork(onChange: () => void): void {
  const connection: unknown = Reflect.get(navigator, "connection");
  if (!(connection instanceof EventTarget)) return;
  const type = (): unknown => Reflect.get(connection, "type");
  let known = type();
  connection.addEventListener("change", () => {
    const next = type();
    // "none" and back are told as offline and online.
    if (next !== known && next !== "none" && known !== "none") onChange();
    known = next;
  });
}
