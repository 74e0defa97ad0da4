import type { SessionState } from "@duet/client/sessionState";
import type { TabSession } from "../services/tabSessions.ts";
import { useServices } from "./ServicesContext.tsx";
import { useStore } from "./useStore.ts";
import { useStreamed } from "./useStreamed.ts";

/** This tab as a client of the federation; null when it is none. */
export function useSession(federationId: string): { readonly session: TabSession; readonly state: SessionState } | null {
  const current = useStore(useServices().session);
  const session = current?.federationId === federationId ? current : null;
  const state = useStreamed<SessionState>(session);
  return session && state ? { session, state } : null;
}
