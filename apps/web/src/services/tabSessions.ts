/** This tab as a client: a session that begins, comes back after a reload, or leads a team. */
import type { RowsHandle } from "@duet/client/clientEngine";
import type { ClientIdentity } from "@duet/client/clientIdentity";
import type { CoordinatorClient } from "@duet/client/coordinatorClient";
import type { FederatedSession, SessionOptions } from "@duet/client/federatedSession";
import type { FederationFeed } from "@duet/client/federationFeed";
import { loadPart } from "@duet/client/loadPart";
import type { SentLedger } from "@duet/client/sentLedger";
import { isTakingPart, type SessionState } from "@duet/client/sessionState";
import { createStore, type ReadableStore, type Store } from "@duet/client/store";
import type { Surroundings } from "@duet/client/surroundings";
import type { TeamEnd } from "@duet/client/team/teamNode";
import type { KeptClient } from "@duet/lora-core/contract/clientRound";
import type { BackendName } from "@duet/lora-core/protocol/metrics";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import type { TeamChoices } from "@duet/lora-core/team/teamMessages";
import { words } from "../lib/words.ts";
import type { TabEngine } from "../worker/tabEngine.ts";
import type { LookingOn } from "./lookingOn.ts";
import { pastFederationOf } from "./pastFederation.ts";
import type { TabEngines } from "./tabEngines.ts";
import type { TabStorage } from "./tabStorage.ts";
import type { TabTeam } from "./tabTeam.ts";

/** This tab as a client. */
export type TabSession = FederatedSession<TabEngine>;

/** As what a tab goes on after a reload: "member" where another tab or program leads its team meanwhile, at that link. */
export type ComeBack = { readonly as: "client" | "nobody" } | { readonly as: "member"; readonly secret: string };

/** Starts a session; another way for a client that is a team. */
type StartSession = (options: SessionOptions<TabEngine>) => TabSession;

type Beginning = Pick<SessionOptions<TabEngine>, "rows" | "start" | "kept">;

export interface TabSessions {
  /** Null while it is in no team. */
  readonly team: ReadableStore<TabTeam | null>;
  start(
    federationId: string,
    identity: SessionOptions<TabEngine>["identity"],
    beginning: (snapshot: Snapshot) => Promise<Beginning>,
  ): Promise<void>;
  /** From what is kept of it; one that was a team asks first who leads it now. */
  comeBack(known: ClientIdentity, kept: KeptClient & { readonly rows: RowsHandle }): Promise<ComeBack>;
  /** Ends the session of this federation, where it is this tab's; whether it took part until now. The coordinator is not told. */
  end(federationId: string): boolean;
  openTeam(federationId: string, secret: string): Promise<TabTeam>;
}

export interface SessionParts {
  readonly coordinator: CoordinatorClient;
  readonly ledger: SentLedger;
  readonly storage: TabStorage;
  readonly surroundings: Surroundings;
  readonly now: () => number;
  readonly backend: BackendName | null;
  readonly engines: TabEngines;
  readonly looking: LookingOn;
  /** Null while this tab is no client; made before the feeds, which ask whose they are. */
  readonly session: Store<TabSession | null>;
  /** Before one begins: what belongs to another federation ends. */
  readonly onBegin: (federationId: string) => void;
  /** While the tab trains, and once it does not any more. */
  readonly onTraining: (isTraining: boolean) => void;
  readonly onStarted: (session: TabSession) => void;
}

export function createTabSessions(parts: SessionParts): TabSessions {
  const { coordinator, ledger, storage, surroundings, now, backend, engines, looking, session } = parts;
  const team = createStore<TabTeam | null>(null);

  async function start(
    federationId: string,
    identity: SessionOptions<TabEngine>["identity"],
    beginning: (snapshot: Snapshot) => Promise<Beginning>,
    startAs: StartSession | null = null,
  ): Promise<void> {
    session.get()?.close();
    parts.onBegin(federationId);
    // Also of one that takes part no more, and so never says who it is.
    if (identity.known) ledger.belongTo(identity.known);
    const secret = identity.known?.resumeToken ?? identity.inviteToken;
    const { snapshot, isGone } = await looking.once(federationId, secret);
    const { config } = snapshot;
    const startSession = startAs ?? (await loadPart(() => import("@duet/client/federatedSession"))).startFederatedSession;
    const from = await beginning(snapshot);
    // The session ends this worker when it is over; the next one gets a fresh one.
    const owned = await engines.take();
    const feed = looking.feed(federationId, identity.inviteToken);
    const seen = { coordinator, feed, identities: storage, now, surroundings };
    const known = identity.known && isGone ? outOf(identity.known) : identity.known;
    const started = startSession({ ...seen, engine: owned, backend, config, identity: { ...identity, known }, ...from });
    session.set(started);
    parts.onStarted(started);
    const tellOfTraining = () => session.get() === started && parts.onTraining(isTakingPart(started.get()));
    started.subscribe(tellOfTraining);
    started.subscribe(() => remember(started, feed));
    tellOfTraining();
  }

  async function openTeam(federationId: string, secret: string): Promise<TabTeam> {
    team.get()?.close();
    const { openTabTeam } = await loadPart(() => import("./tabTeam.ts"));
    const opened: TabTeam = openTabTeam({
      ...{ coordinator, backend, federationId, secret, engine: engines.current },
      onLead: async (config, { identity, kept, choices }) => {
        storage.saveIdentity(identity);
        storage.saveTeam(federationId, { secret, ...choices });
        storage.saveJoined(federationId, { name: config.name, inviteToken: identity.inviteToken });
        const rows = await engines.current().adopt(identity.clientId, kept);
        await lead(opened, identity, { rows, kept }, choices);
      },
    });
    team.set(opened);
    return opened;
  }

  /** Goes on as the client that this team is. */
  async function lead(
    of: TabTeam,
    known: ClientIdentity,
    from: Pick<SessionOptions<TabEngine>, "rows" | "kept">,
    choices: TeamChoices,
  ): Promise<void> {
    const { startLeadSession } = await loadPart(() => import("@duet/client/team/leadSession"));
    const startAs: StartSession = (options) => {
      const { node, opened } = of;
      if (!opened) node.found(options.config, known.name);
      const { session: led, stop } = startLeadSession({ node, team: choices, session: options, opened });
      const stopFollowing = led.subscribe(() => {
        if (isTakingPart(led.get())) return;
        stopFollowing();
        stop();
        const over = teamEndOf(led.get());
        const told = over && node.get().leader === node.self ? node.end(over) : Promise.resolve();
        void told.then(() => node.close());
      });
      return led;
    };
    await start(of.federationId, { ...known, known }, async () => ({ ...from, start: null }), startAs);
  }

  /** The client of this tab, from what is kept of it; one that was a team asks first who leads it now. */
  async function comeBack(known: ClientIdentity, kept: KeptClient & { readonly rows: RowsHandle }): Promise<ComeBack> {
    const { federationId } = known;
    takeUp(known);
    const own = known.removed === null ? storage.team(federationId) : null;
    if (!own) {
      await start(federationId, { ...known, known }, async () => ({ rows: kept.rows, start: null, kept }));
      return { as: "client" };
    }
    const { secret, every, tellsSize } = own;
    const opened = await openTeam(federationId, secret);
    if (await opened.isLedByAnother()) {
      storage.saveHelper(federationId, { secret, name: known.name, rowsId: known.clientId });
      storage.forgetIdentity(federationId);
      opened.help({ name: known.name, rows: kept.rows, rowsId: known.clientId });
      return { as: "member", secret };
    }
    await lead(opened, known, { rows: kept.rows, kept }, { every, tellsSize });
    return { as: "client" };
  }

  /** Once it is over, for all or for this client, any tab of this browser finds it again. */
  function remember(of: TabSession, { get }: FederationFeed): void {
    const [seen, { federationId }] = [get(), of];
    const past = seen.kind === "live" ? pastFederationOf(seen.snapshot, of.get(), storage.identity(federationId), now()) : null;
    if (past && !storage.past().some((one) => one.federationId === federationId)) storage.savePast(past);
  }

  /** One that had failed goes on: it is this tab's again. */
  function takeUp(known: ClientIdentity): void {
    const { federationId } = known;
    if (storage.past().find((one) => one.federationId === federationId)?.out !== "failed") return;
    storage.saveIdentity(known);
    storage.forgetPast(federationId);
  }

  return {
    team,
    start,
    comeBack,
    openTeam,
    end(federationId) {
      const current = session.get();
      if (current?.federationId !== federationId) return false;
      current.close();
      session.set(null);
      parts.onTraining(false);
      return isTakingPart(current.get());
    },
  };
}

/** As one that shows what it has kept: there is nothing left to take part in. */
const outOf = (known: ClientIdentity): ClientIdentity => ({ ...known, removed: known.removed ?? words.tabSessions.noFederation });

/** What the others are told once a session of the one that leads is over; null before, and where it only failed here: then they go on. */
function teamEndOf({ stage }: SessionState): TeamEnd | null {
  if (stage.kind === "finished") return { isFinished: true, sentence: stage.note };
  return stage.kind === "removed" ? { isFinished: false, sentence: stage.reason, why: stage.why } : null;
}
