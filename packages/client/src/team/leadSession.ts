/** A client that is a team, as whoever leads it runs it: the same session, whose trainings all members take. */
import type { Device } from "@duet/lora-core/protocol/metrics";
import type { TeamChoices } from "@duet/lora-core/team/teamMessages";
import type { TeamEngine } from "../clientEngine.ts";
import { type FederatedSession, type SessionOptions, startFederatedSession } from "../federatedSession.ts";
import { createLeadingEngine, type LeadingEngineOptions, teamDevice } from "./leadingEngine.ts";
import type { TeamClient, TeamNode } from "./teamNode.ts";

export interface LeadOptions<Engine extends TeamEngine> {
  readonly node: TeamNode;
  readonly team: TeamChoices;
  readonly session: SessionOptions<Engine>;
  /** What this device has opened already, as a member. */
  readonly opened: LeadingEngineOptions<Engine>["opened"];
}

export interface LeadSession<Engine extends TeamEngine> {
  readonly session: FederatedSession<Engine>;
  /** Follows the team no more; the session goes on. */
  stop(): void;
}

/** Shares what a successor needs with the team, and tells the coordinator as whose rows and devices the client counts. */
export function startLeadSession<Engine extends TeamEngine>(options: LeadOptions<Engine>): LeadSession<Engine> {
  const { node, team, opened } = options;
  const { identities, feed } = options.session;
  let kept = options.session.kept;
  let device: Device | null = opened?.model.device ?? null;
  const share = () => {
    const identity = identities.identity(feed.federationId);
    // What was recalled has a handle of its rows besides, which means nothing to another member.
    const { checkpoint, done } = kept;
    if (identity) node.share({ identity, kept: { checkpoint, done }, choices: team });
  };
  const leading = createLeadingEngine({
    ...{ engine: options.session.engine, node, ...team, opened },
    onKept: (now: TeamClient["kept"]) => {
      kept = now;
      share();
    },
  });
  const engine = {
    ...leading,
    openModel: async (...request: Parameters<TeamEngine["openModel"]>) => {
      const found = await leading.openModel(...request);
      device = found.device;
      return found;
    },
  };
  const session = startFederatedSession({ ...options.session, engine });
  let clientId: string | null = null;
  let members = "";
  const follow = () => {
    const state = session.get();
    if (state.clientId !== null && state.clientId !== clientId && identities.identity(feed.federationId)) {
      clientId = state.clientId;
      share();
    }
    const { mates } = node.get();
    const now = mates.map(({ member, rows }) => `${member} ${rows}`).join();
    if (now === members || !state.samples || !device) return;
    members = now;
    const train = mates.reduce((sum, { rows }) => sum + rows, 0);
    const told = teamDevice(plainDevice(device), team.tellsSize ? mates.length : null);
    void session.recount({ device: told, samples: { ...state.samples, train } }).catch(() => {});
  };
  const stops = [session.subscribe(follow), node.subscribe(follow)];
  follow();
  return {
    session,
    stop() {
      for (const stop of stops) stop();
    },
  };
}

/** Without what was said of the team before. */
const plainDevice = (device: Device): Device => ({
  ...device,
  description: device.description.replace(/^Cluster of (\d+|several): /, ""),
});
