/** A client that becomes a team: its first member, and the link for the others. */
import type { CoordinatorClient } from "@duet/client/coordinatorClient";
import { openTeamChannel } from "@duet/client/team/teamChannel";
import { startTeamNode, type TeamNode } from "@duet/client/team/teamNode";
import { whyNoTeam } from "@duet/client/team/teamRefusal";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { createTeamSecret } from "@duet/lora-core/team/teamLink";
import type { NodeEngine } from "../engine/nodeEngine.ts";
import type { IdentityFiles } from "../state/identityFiles.ts";
import type { Link } from "../terminal/link.ts";
import type { Reporter } from "../terminal/reporter.ts";
import { UsageError } from "../terminal/usage.ts";

const REFUSED = {
  private: "trains with differential privacy",
  secure: "sums securely",
  ranks: "lets each client have its own rank",
  both: "trains two adapters on the same batches",
} as const;

/** @throws {UsageError} */
export function assertTeamCan(config: FederationConfig): void {
  const why = whyNoTeam(config);
  if (why) throw new UsageError(`A team cannot take part in a federation that ${REFUSED[why]} yet: join it without --team.`);
}

/** The team that this client is; its link is said, and the same after a restart. */
export function foundTeam(
  { url, federationId }: Pick<Link, "url" | "federationId">,
  config: FederationConfig,
  name: string,
  { coordinator, identities, engine, reporter }: TeamParts,
): TeamNode {
  const secret = identities.team(federationId) ?? createTeamSecret();
  identities.saveTeam(federationId, secret);
  const link = `${url}/team/${federationId}#${secret}`;
  const channel = openTeamChannel({ coordinator, federationId, secret }, () => {});
  channel.onRefused(({ message }) => reporter.event("note", `${message}.`));
  const node = startTeamNode({
    channel,
    prepare: () => Promise.reject(new Error("Whoever founds a team prepares by itself")),
    onLead: () => {},
    help: (order, state, averages) => engine.help(order, state, averages, () => {}),
    cancel: () => engine.cancel(),
    onFailure: (error) => reporter.event("note", String(error)),
  });
  node.found(config, name);
  reporter.event("team", `This client is a team. Further members join it by: duet join "${link}" --data FILE`, { link });
  return node;
}

interface TeamParts {
  readonly coordinator: CoordinatorClient;
  readonly identities: IdentityFiles;
  readonly engine: NodeEngine;
  readonly reporter: Reporter;
}
