import type { SessionState } from "@duet/client/sessionState";
import { useSyncExternalStore } from "react";
import type { TabSession } from "../services/tabSessions.ts";
import { useServices } from "./ServicesContext.tsx";
import { useStore } from "./useStore.ts";

const nothing = () => () => {};

/** This tab as a client of the federation; null when it is none. */
export function useSession(federationId: string): { readonly session: TabSession; readonly state: SessionState } | null {
  const current = useStore(useServices().session);
  const session = current?.federationId === federationId ? current : null;
  const state = useSyncExternalStore(session?.subscribe ?? nothing, () => session?.get() ?? null);
  return session && state ? { session, state } : null;
}
