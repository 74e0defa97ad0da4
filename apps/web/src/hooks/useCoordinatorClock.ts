import { useServices } from "./ServicesContext.tsx";
import { useNow } from "./useNow.ts";
import { useStore } from "./useStore.ts";

/** The time at the coordinator, by which its deadlines are; and whether it is away, so that nothing is known of what happens now. */
export function useCoordinatorClock(): { readonly now: number; readonly isAway: boolean } {
  const connection = useStore(useServices().coordinator.status);
  const now = useNow() + (connection.kind === "ready" ? connection.clockOffsetMs : 0);
  return { now, isAway: connection.kind === "lost" };
}
