/**
 * Calls to a page that is not looked at (Notifications API). The browser is asked for leave by a person's press only, never at load; what
 * it answered holds for this address, what the person wants is remembered in this browser.
 */
import { createStore, type ReadableStore } from "@duet/client/store";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { noticeOf } from "./noticeView.ts";

/** none: this browser has no notifications; blocked: it refuses them for this address, which only its own settings change. */
export type NoticesState = "none" | "blocked" | "off" | "on";

export interface NoticesSwitch {
  readonly state: ReadableStore<NoticesState>;
  /** Call it from a press: browsers ask then only. */
  want(isWanted: boolean): Promise<void>;
  /** Told of every snapshot of what this tab looks on. */
  see(snapshot: Snapshot, clientId: string | null): void;
}

const KEY = "duet:notices";

export function createNotices(): NoticesSwitch {
  // TypeScript takes it to be everywhere; it is missing in some browsers and on pages that are not secure.
  const api = Reflect.get(window, "Notification") as typeof Notification | undefined;
  const state = createStore<NoticesState>(stateNow());
  /** The newest of each federation. */
  const seen = new Map<string, Snapshot>();

  function stateNow(): NoticesState {
    if (!api) return "none";
    if (api.permission === "denied") return "blocked";
    return api.permission === "granted" && localStorage.getItem(KEY) === "yes" ? "on" : "off";
  }

  return {
    state,
    async want(isWanted) {
      if (isWanted) await api?.requestPermission();
      localStorage.setItem(KEY, isWanted ? "yes" : "no");
      state.set(stateNow());
    },
    see(snapshot, clientId) {
      const last = seen.get(snapshot.federationId);
      seen.set(snapshot.federationId, snapshot);
      if (!last || !api || state.get() !== "on" || !document.hidden) return;
      const notice = noticeOf(last, snapshot, clientId);
      if (notice) show(api, notice);
    },
  };
}

function show(api: typeof Notification, { subject, title, text }: NonNullable<ReturnType<typeof noticeOf>>): void {
  try {
    const shown = new api(title, { body: text, tag: subject });
    shown.onclick = () => {
      window.focus();
      shown.close();
    };
  } catch {
    // Chrome on Android has the constructor and lets only service workers notify: the title still tells.
  }
}
