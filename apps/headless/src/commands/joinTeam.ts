/** `duet join` with a team's link: trains along with the team's other members, and leads once it is its turn. */

import type { OpenedModel } from "@duet/client/clientEngine";
import { createCoordinatorClient } from "@duet/client/coordinatorClient";
import { engineSetup } from "@duet/client/engineSetup";
import { openFederationFeed } from "@duet/client/federationFeed";
import { keptAdapters } from "@duet/client/keptAdapters";
import { createSentLedger } from "@duet/client/sentLedger";
import { openTeamChannel } from "@duet/client/team/teamChannel";
import { startTeamNode, type TeamClient, type TeamNode } from "@duet/client/team/teamNode";
import { unlessSilent } from "@duet/client/unlessSilent";
import type { DataSplit } from "@duet/lora-core/data/row";
import { DuetError } from "@duet/lora-core/errors/duetError";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { BackendName, SampleCounts } from "@duet/lora-core/protocol/metrics";
import type { NodeEngine } from "../engine/nodeEngine.ts";
import { writeAdapters } from "../state/adapterFolders.ts";
import type { IdentityFiles } from "../state/identityFiles.ts";
import { createSentFiles } from "../state/sentFiles.ts";
import type { Link } from "../terminal/link.ts";
import type { Reporter } from "../terminal/reporter.ts";
import { INTERRUPTED } from "./command.ts";
import { leadTeam } from "./leadTeam.ts";
import { originOf } from "./originOf.ts";

export interface TeamMemberOptions {
  readonly link: Link;
  readonly folder: string;
  readonly name: string;
  readonly backend: BackendName | null;
  readonly identities: IdentityFiles;
  /** This member's rows, for what the team takes part in. */
  readonly rowsFor: (config: FederationConfig) => DataSplit;
  readonly engineAt: (baseUrl: string) => NodeEngine;
  readonly out: string;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

interface Opened {
  readonly model: OpenedModel;
  readonly samples: SampleCounts;
}

/** How long a link may lead to no team before that is an answer, ms: its first member may be starting, or coming back. */
const ABSENT_MS = 30_000;

/** The exit code. @throws {DuetError} where there is no such team, or this member cannot train. */
export async function joinTeam(options: TeamMemberOptions): Promise<number> {
  const { link, folder, reporter, signal } = options;
  const now = Date.now;
  const ledger = createSentLedger(now, createSentFiles(folder));
  const coordinator = createCoordinatorClient({ url: link.url, ledger, now });
  const engine = options.engineAt(coordinator.baseUrl);
  let opened: Opened | null = null;
  let node: TeamNode | null = null;
  try {
    return await new Promise<number>((resolve, reject) => {
      const startedAt = now();
      const channel = openTeamChannel(
        { coordinator, federationId: link.federationId, secret: link.token },
        ({ message, told }) => {
          const isKnown = node !== null && node.get().config !== null;
          if (!isKnown && now() - startedAt > ABSENT_MS) reject(new DuetError("NOT_FOUND", message, { told }));
          else reporter.status("The team is not there; it is tried again by itself.", { stage: "absent" });
        },
      );
      channel.onRefused(({ message }) => reporter.event("note", `${message}.`));
      node = startTeamNode({
        channel,
        prepare: async (config) => {
          opened = await open(config, options, engine, coordinator);
          return { name: options.name, rows: opened.samples.train };
        },
        help: (order, state, averages) => {
          reporter.event("training", `Trains along: ${order.steps} steps.`, { training: order.name, from: state !== null });
          return engine.help(order, state, averages, (step, tokens) =>
            reporter.status(`Step ${step} of ${order.steps}`, { stage: "helping", step, steps: order.steps, tokens }),
          );
        },
        cancel: () => engine.cancel(),
        onFailure: reject,
        onLead: (config, client) => {
          reporter.event("leads", "The team's leader has gone: this member leads from now on.");
          takeOver(config, client).then(resolve, reject);
        },
      });
      watch(node, options, coordinator, resolve, reject);
      signal.addEventListener("abort", () => resolve(INTERRUPTED), { once: true });
    });
  } finally {
    (node as TeamNode | null)?.close();
    coordinator.close();
    engine.close();
  }

  async function takeOver(config: FederationConfig, { identity, kept, choices: team }: TeamClient): Promise<number> {
    const { identities, out, backend } = options;
    identities.saveIdentity(identity);
    identities.saveTeam(identity.federationId, link.token);
    const tokens = () => [identity.resumeToken, identity.inviteToken];
    const feed = openFederationFeed(coordinator, identity.federationId, { tokens });
    const { inviteToken, name, figures } = identity;
    const rows = await engine.adopt(identity.clientId, kept);
    return leadTeam({
      ...{ node: node as unknown as TeamNode, team, opened, out, reporter, signal },
      session: {
        ...{ feed, engine, identities, coordinator, now, backend, config, rows, start: null, kept },
        identity: { inviteToken, name, figures, known: identity },
      },
    });
  }
}

/** Base and rows, as a client's own session would. */
async function open(
  config: FederationConfig,
  { backend, rowsFor, reporter }: TeamMemberOptions,
  engine: NodeEngine,
  coordinator: ReturnType<typeof createCoordinatorClient>,
): Promise<Opened> {
  const rows = engine.hold(rowsFor(config));
  const { hub } = await coordinator.offer();
  const model = await engine.openModel(config.model, hub, backend, ({ receivedBytes, totalBytes }) =>
    reporter.status(
      `Loads the base model: ${Math.round(receivedBytes / 1e6)}${totalBytes === null ? "" : ` of ${Math.round(totalBytes / 1e6)}`} MB`,
      { stage: "loadingModel" },
    ),
  );
  const { isTight: _, rank: __, ...begun } = await engineSetup(config, engine, backend);
  const samples = await unlessSilent(() => engine.begin({ rows, ...begun, start: null }));
  return { model, samples };
}

/** Tells who is in the team, and ends with it. */
function watch(
  node: TeamNode,
  { out, reporter }: TeamMemberOptions,
  coordinator: ReturnType<typeof createCoordinatorClient>,
  resolve: (code: number) => void,
  reject: (error: unknown) => void,
): void {
  let members = "";
  node.subscribe(() => {
    const { leader, mates, over, client, config } = node.get();
    // Who leads says it by itself.
    if (leader === node.self) return;
    const now = mates.map(({ name, rows }) => `${name} (${rows} rows)`).join(", ");
    if (now !== members) reporter.event("members", `The team: ${now}.`, { members: mates });
    members = now;
    if (!over) return;
    const adapters = client && keptAdapters(client.kept);
    if (!over.isFinished || !adapters || !config) {
      reporter.event("ended", over.sentence);
      return resolve(1);
    }
    originOf(coordinator, config).then((origin) => {
      const written = writeAdapters(out, adapters, origin);
      const folders = written.map(({ folder }) => folder).join(", ");
      reporter.event("finished", `${over.sentence} The team's adapters: ${folders}`, { adapters: written });
      resolve(0);
    }, reject);
  });
}
