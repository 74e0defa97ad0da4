import type { TeamState } from "@duet/client/team/teamNode";
import type { TabTeam, TabTeamNews } from "../services/tabTeam.ts";
import { useServices } from "./ServicesContext.tsx";
import { useStore } from "./useStore.ts";
import { useStreamed } from "./useStreamed.ts";

export interface TeamView {
  readonly team: TabTeam;
  readonly state: TeamState;
  readonly news: TabTeamNews;
}

/** This tab's team in the federation; null where it is in none. */
export function useTeam(federationId: string): TeamView | null {
  const current = useStore(useServices().team);
  const team = current?.federationId === federationId ? current : null;
  const state = useStreamed<TeamState>(team?.node ?? null);
  const news = useStreamed<TabTeamNews>(team?.news ?? null);
  return team && state && news ? { team, state, news } : null;
}
