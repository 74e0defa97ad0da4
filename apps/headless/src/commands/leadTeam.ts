/** Runs the session of a client that is a team, in the program that leads it, and tells the team how it ended. */
import { type LeadOptions, startLeadSession } from "@duet/client/team/leadSession";
import type { NodeEngine } from "../engine/nodeEngine.ts";
import { INTERRUPTED } from "./command.ts";
import { type RunningSession, runSession } from "./runSession.ts";

export interface LeadTeamOptions extends LeadOptions<NodeEngine>, Pick<RunningSession, "out" | "reporter" | "signal"> {}

/** The exit code. */
export async function leadTeam(options: LeadTeamOptions): Promise<number> {
  const { node, out, reporter, signal } = options;
  const { config, feed, coordinator } = options.session;
  const { session, stop } = startLeadSession(options);
  let members = "";
  const tell = () => {
    const { mates } = node.get();
    const now = mates.map(({ name, rows }) => `${name} (${rows} rows)`).join(", ");
    if (now !== members && session.get().samples) reporter.event("members", `The team: ${now}.`, { members: mates });
    if (session.get().samples) members = now;
  };
  const stops = [stop, node.subscribe(tell), session.subscribe(tell)];
  try {
    const code = await runSession({ session, feed, coordinator, config, out, reporter, signal });
    // Who is interrupted goes, and the others go on.
    if (code !== INTERRUPTED) {
      const sentence = code === 0 ? "The federation has finished." : "The federation has ended early.";
      await node.end({ isFinished: code === 0, sentence });
    }
    return code;
  } finally {
    for (const each of stops) each();
  }
}
