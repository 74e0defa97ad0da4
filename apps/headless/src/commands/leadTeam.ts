/** A client that is a team, as whoever leads it runs it: the same session, whose trainings all members take. */
import type { CoordinatorClient } from "@duet/client/coordinatorClient";
import { type SessionOptions, startFederatedSession } from "@duet/client/federatedSession";
import { createLeadingEngine, type LeadingEngineOptions, teamDevice } from "@duet/client/team/leadingEngine";
import type { TeamClient, TeamNode } from "@duet/client/team/teamNode";
import type { Device } from "@duet/lora-core/protocol/metrics";
import type { NodeEngine } from "../engine/nodeEngine.ts";
import type { IdentityFiles } from "../state/identityFiles.ts";
import { INTERRUPTED } from "./command.ts";
import { type RunningSession, runSession } from "./runSession.ts";

export interface TeamChoices {
  /** Steps between two averagings. */
  readonly every: number;
  /** Whether the others are told of how many members it is. */
  readonly tellsSize: boolean;
}

export interface LeadOptions extends Pick<RunningSession, "out" | "reporter" | "signal"> {
  readonly node: TeamNode;
  readonly identities: IdentityFiles;
  readonly coordinator: CoordinatorClient;
  readonly team: TeamChoices;
  readonly session: Omit<SessionOptions<NodeEngine>, "identities" | "coordinator">;
  /** What this device has opened already, as a member. */
  readonly opened: LeadingEngineOptions["opened"];
}

/** Runs the session to its end, and tells the team of it. The exit code. */
export async function leadTeam(options: LeadOptions): Promise<number> {
  const { node, identities, coordinator, team, opened, out, reporter, signal } = options;
  const { config, feed } = options.session;
  let kept = options.session.kept;
  let device: Device | null = opened?.model.device ?? null;
  const share = () => {
    const identity = identities.identity(feed.federationId);
    if (identity) node.share({ identity, kept });
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
    openModel: async (...request: Parameters<typeof leading.openModel>) => {
      const found = await leading.openModel(...request);
      device = found.device;
      return found;
    },
  };
  const session = startFederatedSession({ ...options.session, engine, identities, coordinator });
  let clientId: string | null = null;
  let members = "";
  const follow = () => {
    const state = session.get();
    if (state.clientId !== null && state.clientId !== clientId && identities.identity(feed.federationId)) {
      clientId = state.clientId;
      share();
    }
    const { mates } = node.get();
    const now = mates.map(({ name, rows }) => `${name} (${rows} rows)`).join(", ");
    if (now === members || !state.samples || !device) return;
    members = now;
    reporter.event("members", `The team: ${now}.`, { members: mates });
    const train = mates.reduce((sum, { rows }) => sum + rows, 0);
    const told = teamDevice(plainDevice(device), team.tellsSize ? mates.length : null);
    void session.recount({ device: told, samples: { ...state.samples, train } }).catch(() => {});
  };
  const stops = [session.subscribe(follow), node.subscribe(follow)];
  follow();
  try {
    const code = await runSession({ session, feed, coordinator, config, out, reporter, signal });
    // Who is interrupted goes, and the others go on.
    if (code !== INTERRUPTED) {
      const sentence = code === 0 ? "The federation has finished." : "The federation has ended early.";
      await node.end({ isFinished: code === 0, sentence });
    }
    return code;
  } finally {
    for (const stop of stops) stop();
  }
}

/** Without what was said of the team before. */
const plainDevice = (device: Device): Device => ({
  ...device,
  description: device.description.replace(/^Cluster of (\d+|several): /, ""),
});
