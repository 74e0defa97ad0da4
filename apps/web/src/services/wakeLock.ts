/**
 * Keeps the screen on, and with it the device awake, while this tab trains and the person wants it (Screen Wake Lock API). Browsers take the
 * lock away from a hidden page; it is asked for again when the page is shown.
 */
import { createStore, type ReadableStore } from "@duet/client/store";

export interface WakeLockSwitch {
  /** Null where the browser has no such lock. */
  readonly isWanted: ReadableStore<boolean | null>;
  /** Remembered in this browser. */
  want(isWanted: boolean): void;
  /** Told whenever training begins or ends. */
  setTraining(isTraining: boolean): void;
}

const KEY = "duet:keepAwake";

export function createWakeLock(): WakeLockSwitch {
  // TypeScript takes it to be everywhere; it is missing in some browsers and on pages that are not secure.
  const api = Reflect.get(navigator, "wakeLock") as WakeLock | undefined;
  const isWanted = createStore<boolean | null>(api ? localStorage.getItem(KEY) === "yes" : null);
  let isTraining = false;
  let lock: Promise<WakeLockSentinel | null> | null = null;

  function update(): void {
    const isDue = isWanted.get() === true && isTraining && !document.hidden;
    if (isDue && !lock) {
      // Refused when the battery is low: then the device sleeps as ever.
      const asked = api?.request("screen").catch(() => null) ?? null;
      lock = asked;
      void asked?.then((sentinel) => sentinel?.addEventListener("release", () => forget(asked)));
    } else if (!isDue && lock) {
      const held = lock;
      lock = null;
      void held.then((sentinel) => sentinel?.release());
    }
  }

  function forget(held: typeof lock): void {
    if (lock === held) lock = null;
  }

  document.addEventListener("visibilitychange", update);
  return {
    isWanted,
    want(wanted) {
      if (isWanted.get() === null) return;
      localStorage.setItem(KEY, wanted ? "yes" : "no");
      isWanted.set(wanted);
      update();
    },
    setTraining(training) {
      isTraining = training;
      update();
    },
  };
}
