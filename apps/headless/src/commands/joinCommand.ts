/** `duet join`: takes part in a federation, from joining to the adapters in a folder. */
import { createCoordinatorClient } from "@duet/client/coordinatorClient";
import { startFederatedSession } from "@duet/client/federatedSession";
import { lookOn, openFederationFeed } from "@duet/client/federationFeed";
import { createSentLedger } from "@duet/client/sentLedger";
import { startingPoint } from "@duet/client/startingPoint";
import { MAX_RANK } from "@duet/lora-core/adapters/adapterConfig";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { PERSONAL_KINDS, type PersonalKind } from "@duet/lora-core/data/personalData/personalKind";
import type { DataSplit } from "@duet/lora-core/data/row";
import type { Task } from "@duet/lora-core/data/task";
import { TEXT_ENCODINGS } from "@duet/lora-core/data/textEncoding";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { FIGURES_FOR, leastFigures } from "@duet/lora-core/protocol/figures";
import { MAX_NAME_LENGTH } from "@duet/lora-core/protocol/limits";
import { backendName } from "@duet/lora-core/protocol/metrics";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { visibleName } from "@duet/lora-core/protocol/visibleText";
import { z } from "zod";
import { readRows } from "../data/readRows.ts";
import { columnTemplate, tableFlags } from "../data/tableFlags.ts";
import { createNodeEngine, type NodeEngine } from "../engine/nodeEngine.ts";
import { createClientFiles } from "../state/clientFiles.ts";
import { createIdentityFiles, type IdentityFiles } from "../state/identityFiles.ts";
import { lockState } from "../state/lockState.ts";
import { createSentFiles } from "../state/sentFiles.ts";
import { stateFolder } from "../state/stateFolder.ts";
import { type Link, readLink } from "../terminal/link.ts";
import type { Reporter } from "../terminal/reporter.ts";
import { sharingWords } from "../terminal/sharingWords.ts";
import { parseOptions, UsageError } from "../terminal/usage.ts";
import type { Command, CommandContext } from "./command.ts";
import { assertTeamCan, foundTeam } from "./foundTeam.ts";
import { joinTeam } from "./joinTeam.ts";
import { leadTeam } from "./leadTeam.ts";
import { rankOfNew } from "./proposedRank.ts";
import { runSession } from "./runSession.ts";

const masks = z
  .string()
  .transform((text) => text.split(",").map((kind) => kind.trim()))
  .transform((kinds) => (kinds.includes("all") ? [...PERSONAL_KINDS] : kinds))
  .pipe(z.array(z.enum(PERSONAL_KINDS)));

const options = z.strictObject({
  data: z.string().min(1).optional(),
  input: columnTemplate.optional(),
  label: z.string().min(1).optional(),
  ...tableFlags,
  "match-case": z.boolean().default(false),
  mask: masks.default([]),
  name: visibleName(MAX_NAME_LENGTH).optional(),
  figures: z.enum(FIGURES_FOR).optional(),
  backend: backendName.optional(),
  threads: z.coerce.number().int().min(1).max(64).optional(),
  model: z.string().min(1).optional(),
  team: z.boolean().default(false),
  "average-every": z.coerce.number().int().min(1).max(1000).default(1),
  "tell-size": z.boolean().default(false),
  rank: z.coerce.number().int().min(1).max(MAX_RANK).optional(),
  state: z.string().min(1).optional(),
  out: z.string().min(1).default("duet-adapters"),
});
type JoinOptions = z.output<typeof options>;

export const joinCommand: Command = {
  usage: `duet join INVITE-LINK|TEAM-LINK --data FILE [options]

  Takes part in a federation: trains on the rows of a file, which never leave this process, and shares what
  the federation's method shares. Ends with exit code 0 and this client's adapters as PEFT files.

  --data FILE          CSV, TSV, JSON Lines or JSON, as on the page; not needed to go on where it was
  --input COLUMN       the column with the text, or several as "{title}: {text}"; guessed unless given
  --label COLUMN       the column with the answer; guessed unless given
  --encoding NAME      auto, ${TEXT_ENCODINGS.slice(0, 4).join(", ")}, …
  --separator CHAR     auto, comma, semicolon, tab, bar, or the character itself
  --header yes|no|auto whether the first line has the names of the columns
  --quotes yes|no|auto whether quotes mark cells
  --match-case         labels must be written as the federation's are
  --mask KINDS         replaces personal data by marks before anything else: all, or some of
                       ${PERSONAL_KINDS.join(",")}
  --name NAME          how the others see this client ("node" and a number unless given)
  --figures WHO        who sees what it measures: ${FIGURES_FOR.join(", ")}; unless given the least with
                       which the dashboard shows whether anything is learned, as on the page
  --backend NAME       wasm, cpu, or webgpu (needs: npm install webgpu); chosen by itself unless given
  --threads N          of wasm; as many as there are cores, up to eight, unless given
  --rank N             of its adapters, in a federation where clients may have fewer ranks than others; unless
                       given, what the memory holds, or fewer where that shortens its rounds on a slow line
  --model FOLDER       the base model's files, for a federation whose base nobody serves
  --team               makes this client a team, and says the link with which further members join it
  --average-every N    steps of a team between two averagings (1: of every step's gradients)
  --tell-size          lets the other participants see how many members the team has
  --state DIR          what it must not forget, secrets among it ($DUET_STATE, or ~/.local/state/duet)
  --out DIR            where the adapters go (duet-adapters)
  --json               one JSON object a line on standard output

  It keeps its identity, rows and every few seconds of a round in the state folder: killed or interrupted, the
  same command goes on as the same client. Ctrl-C ends it and keeps the state; a second one ends it at once.`,
  async run(args, context) {
    const parsed = parseOptions(args, options, { switches: ["match-case", "team", "tell-size"] });
    const [invite, ...others] = parsed.words;
    if (others.length > 0) throw new UsageError(`There is one link, and "${others[0]}" is too much.`);
    const link = readLink(invite, "invite link", true);
    if (link.kind === "team" && parsed.options.team) throw new UsageError("A team's link joins that team: leave --team out.");
    const folder = stateFolder(parsed.options.state);
    const unlock = lockState(folder);
    try {
      if (link.kind === "team") return await joinAsMember(link, folder, parsed.options, context);
      return await join(link, folder, parsed.options, context);
    } finally {
      unlock();
    }
  },
};

async function join(link: Link, folder: string, chosen: JoinOptions, { reporter, signal }: CommandContext): Promise<number> {
  const now = Date.now;
  const { federationId } = link;
  const identities = createIdentityFiles(folder);
  const known = identities.identity(federationId);
  const ledger = createSentLedger(now, createSentFiles(folder));
  if (known) ledger.belongTo(known);
  const coordinator = createCoordinatorClient({ url: link.url, ledger, now });
  const engine = engineIn(folder, coordinator.baseUrl, chosen);
  try {
    const tokens = () => [identities.identity(federationId)?.resumeToken ?? link.token, link.token];
    const snapshot = await lookOn(coordinator, federationId, null, tokens());
    const { config } = snapshot;
    // Refused before anything is read where this program does not compute the base.
    parseArchitecture(config.model.config);
    const isTeam = chosen.team || identities.team(federationId) !== null;
    if (isTeam) assertTeamCan(config);
    reporter.event("federation", `"${config.name}" at ${link.url}`, { federationId, name: config.name, url: link.url });
    const beginning = await beginningOf(snapshot, engine, identities, chosen, reporter, {
      url: coordinator.baseUrl,
      token: link.token,
    });
    const feed = openFederationFeed(coordinator, federationId, { tokens });
    const backend = chosen.backend ?? null;
    const chooser = { ...beginning, known };
    const identity = {
      inviteToken: link.token,
      name: known?.name ?? chosen.name ?? defaultName(),
      figures: chosen.figures ?? known?.figures ?? leastFigures(config),
      known,
      rank: rankIn(config, chosen) ?? (await rankOfNew({ coordinator, engine, backend }, config, chooser, reporter)),
      asking: identities.asking(federationId),
    };
    if (!known) reporter.event("sharing", sharingWords(config, identity.figures), { figures: identity.figures });
    const running = { feed, engine, now, backend, config, identity, ...beginning };
    const { out } = chosen;
    if (isTeam) {
      const node = foundTeam(link, config, identity.name, { coordinator, identities, engine, reporter });
      const team = { every: chosen["average-every"], tellsSize: chosen["tell-size"] };
      const opened = null;
      const session = { ...running, identities, coordinator };
      return await leadTeam({ node, team, session, opened, out, reporter, signal }).finally(() => node.close());
    }
    const session = startFederatedSession({ ...running, coordinator, identities });
    return await runSession({ session, feed, coordinator, config, out: chosen.out, reporter, signal });
  } finally {
    coordinator.close();
    engine.close();
  }
}

/** Null where nobody has chosen one. @throws {UsageError} where it may not be chosen, or is too high. */
function rankIn({ ranks, adapter }: FederationConfig, { rank }: JoinOptions): number | null {
  if (rank === undefined || rank === adapter.rank) return rank ?? null;
  if (!ranks) throw new UsageError(`All clients have rank ${adapter.rank} in this federation: leave --rank out.`);
  if (rank > adapter.rank) throw new UsageError(`The federation's rank is ${adapter.rank}: --rank ${rank} is more.`);
  return rank;
}

function joinAsMember(link: Link, folder: string, chosen: JoinOptions, { reporter, signal }: CommandContext): Promise<number> {
  const { name = defaultName(), backend = null, out } = chosen;
  const identities = createIdentityFiles(folder);
  return joinTeam({
    ...{ link, folder, name, backend, identities, out, reporter, signal },
    rowsFor: ({ task, seed }) => rowsOf(chosen, task, seed, reporter),
    engineAt: (baseUrl) => engineIn(folder, baseUrl, chosen),
  });
}

const engineIn = (folder: string, baseUrl: string, { model, threads }: JoinOptions): NodeEngine =>
  createNodeEngine({ baseUrl, folder, store: createClientFiles(folder), modelFolder: model ?? null, threads: threads ?? null });

/** What is kept of this client, or the rows of its file. @throws {DuetError} for the file's owner; {UsageError} where none is named. */
async function beginningOf(
  snapshot: Snapshot,
  engine: NodeEngine,
  identities: IdentityFiles,
  chosen: JoinOptions,
  reporter: Reporter,
  { url, token }: { readonly url: string; readonly token: string },
) {
  const { federationId, config } = snapshot;
  const known = identities.identity(federationId);
  const kept = known && (await engine.recall(known.clientId));
  if (kept) {
    const round = kept.checkpoint?.lastRound ?? null;
    const where = round === null ? "" : `, after round ${round}`;
    reporter.event("resumed", `Goes on as ${known.name}${where}, with the rows that the state folder keeps.`, {
      clientId: known.clientId,
      round,
    });
    return { rows: kept.rows, split: null, start: null, kept };
  }
  const split = rowsOf(chosen, config.task, config.seed, reporter);
  const start = await startingPoint(snapshot, token, null, url);
  return { rows: engine.hold(split), split, start, kept: { checkpoint: null, done: null } };
}

/** @throws {DuetError} for the file's owner; {UsageError} where none is named. */
function rowsOf(chosen: JoinOptions, task: Task, seed: number, reporter: Reporter): DataSplit {
  if (chosen.data === undefined) throw new UsageError("Name the file with your rows by --data.");
  const { data: file, input, label, encoding, separator, header, quotes, mask } = chosen;
  const reading = { file, input, label, mask, matchCase: chosen["match-case"], task, seed };
  const split = readRows({ ...reading, options: { encoding, separator, header, quotes } }, (line) =>
    reporter.event("data", line),
  );
  if (mask.length > 0)
    reporter.event("masked", `  masked: ${mask.join(", ")}`, { kinds: mask satisfies readonly PersonalKind[] });
  return split;
}

function defaultName(): string {
  return `node ${process.pid}`;
}
