/** Everything the pages work with, made once per tab. The only place that constructs sockets, workers and stores. */

import type { RowsHandle } from "@duet/client/clientEngine";
import type { ClientIdentity } from "@duet/client/clientIdentity";
import { type CoordinatorClient, createCoordinatorClient } from "@duet/client/coordinatorClient";
import type { FederatedSession, SessionOptions } from "@duet/client/federatedSession";
import { type FederationFeed, lookOn, openFederationFeed } from "@duet/client/federationFeed";
import { createSentLedger, ledgerOwner, type SentLedger } from "@duet/client/sentLedger";
import { isTakingPart, type SessionState } from "@duet/client/sessionState";
import { createStore, type ReadableStore } from "@duet/client/store";
import type { TeamEnd } from "@duet/client/team/teamNode";
import type { DeviceLimits } from "@duet/lora-core/architectures/deviceLimits";
import type { DownloadProgress } from "@duet/lora-core/checkpoints/resumableDownload";
import type { KeptClient } from "@duet/lora-core/contract/clientRound";
import { DuetError } from "@duet/lora-core/errors/duetError";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { FiguresFor } from "@duet/lora-core/protocol/figures";
import { type BackendName, backendName } from "@duet/lora-core/protocol/metrics";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import type { TeamChoices } from "@duet/lora-core/team/teamMessages";
import { baseUrl } from "../lib/baseUrl.ts";
import type { TabEngine } from "../worker/tabEngine.ts";
import { createWorkerEngine } from "../worker/workerEngine.ts";
import type { CompanionRequest, StopCompanion } from "./companion.ts";
import type { DeviceCheck } from "./deviceCheck.ts";
import { createLedgerStore } from "./ledgerStore.ts";
import { createNotices, type NoticesSwitch } from "./notices.ts";
import { pastFederationOf } from "./pastFederation.ts";
import { createRecognition, type RecognitionState } from "./recognition.ts";
import { type ClaimShare, createSampleShares } from "./sampleShares.ts";
import { createSurroundings } from "./surroundings.ts";
import { createTabStorage, type TabStorage } from "./tabStorage.ts";
import type { TabTeam } from "./tabTeam.ts";
import { createWakeLock, type WakeLockSwitch } from "./wakeLock.ts";

/** This tab as a client. */
export type TabSession = FederatedSession<TabEngine>;

export interface JoinRequest {
  readonly federationId: string;
  readonly inviteToken: string;
  readonly name: string;
  /** Who sees this tab's figures. */
  readonly figures: FiguresFor;
  /** What was connected. */
  readonly rows: RowsHandle;
  /** Of its adapters, where clients may have their own; null for what the device holds. */
  readonly rank: number | null;
  /** The personal adapter to go on from, as a blob; null starts where the federation starts. */
  readonly personal: Uint8Array | null;
}

/** What a person may have forgotten, each by itself. */
export type ForgettablePart = "rows" | "adapters" | "ledger" | "identity";

/** What there was, and is no more. */
export interface Forgotten {
  readonly rows: number;
  readonly adapters: boolean;
  /** Entries of the list of what left. */
  readonly entries: number;
  readonly identity: boolean;
}

export interface AppServices {
  readonly coordinator: CoordinatorClient;
  readonly ledger: SentLedger;
  readonly storage: TabStorage;
  readonly wakeLock: WakeLockSwitch;
  readonly notices: NoticesSwitch;
  readonly claimShare: ClaimShare;
  /** This tab as a client; null while it is none. */
  readonly session: ReadableStore<TabSession | null>;
  /** How recognisable its rows are in what it sent and has learned, once it is over. */
  readonly recognition: ReadableStore<RecognitionState>;
  /** The tab's worker, started on first use. */
  engine(): TabEngine;
  /** How much memory this device allows on the backend that will compute. */
  deviceLimits(): Promise<DeviceLimits>;
  /** How fast this device would learn in a federation, on rows that are connected; a session that begins waits for its end. */
  checkDevice(config: FederationConfig, rows: RowsHandle, onProgress: (progress: DownloadProgress) => void): Promise<DeviceCheck>;
  /** The feed of a federation; the one before is closed when it is another. */
  feed(federationId: string, token: string): FederationFeed;
  /** What opens the coordinator's files of a federation that was come to by this link. */
  tokenFor(federationId: string, token: string): string;
  /** Becomes a new client. */
  join(request: JoinRequest): Promise<void>;
  /** A simulated participant beside this tab; the one of another federation ends. @throws {DuetError} as {@link JoinRequest}'s joining. */
  accompany(request: CompanionRequest): Promise<void>;
  /** Deletes of this browser what it keeps of a federation; says what there was of it. A client that trains must leave first. */
  forget(federationId: string, parts: readonly ForgettablePart[]): Promise<Forgotten>;
  /** Comes back as the client this tab was before a reload, with its simulated participant. */
  resume(federationId: string): Promise<ComeBack>;
  /** This tab in a team; null while it is in none. */
  readonly team: ReadableStore<TabTeam | null>;
  /** Makes this tab's client a team, whose first member it is. It goes on from what is kept. */
  makeTeam(federationId: string, choices: TeamChoices): Promise<void>;
  /** Looks for the team of this link, as a member; one that was a member before a reload goes on by itself. */
  enterTeam(federationId: string, secret: string): Promise<void>;
  /** Becomes a member of the team that was entered, with rows that are connected. */
  helpTeam(name: string, rows: RowsHandle): void;
}

/** As what a tab goes on after a reload: "member" where another tab or program leads its team meanwhile, at that link. */
export type ComeBack = { readonly as: "client" | "nobody" } | { readonly as: "member"; readonly secret: string };

/** Starts a session; another way for a client that is a team. */
type StartSession = (options: SessionOptions<TabEngine>) => TabSession;

export function createAppServices(): AppServices {
  const now = () => Date.now();
  const backend = forcedBackend();
  const mostThreads = wantedThreads();
  const storage = createTabStorage();
  const surroundings = createSurroundings(now);
  const ledgerStore = createLedgerStore();
  const ledger = createSentLedger(now, ledgerStore);
  const coordinator = createCoordinatorClient({ url: baseUrl(), ledger, now, surroundings });
  const wakeLock = createWakeLock();
  const notices = createNotices();
  const claimShare = createSampleShares();
  const session = createStore<TabSession | null>(null);
  const recognition = createRecognition();
  const team = createStore<TabTeam | null>(null);
  let engine: TabEngine | null = null;
  /** Over once no check uses the engine any more, however it ended. */
  let checked: Promise<unknown> = Promise.resolve();
  let companion: { readonly federationId: string; readonly stop: StopCompanion } | null = null;
  let feed: { readonly token: string; readonly feed: FederationFeed } | null = null;

  const organiserKeyOf = (federationId: string) => storage.organiser(federationId)?.organiserKey ?? null;

  function startEngine(): TabEngine {
    const started = createWorkerEngine({
      baseUrl: coordinator.baseUrl,
      mostThreads,
      // Whoever needs one next gets a new one.
      onEnd: () => {
        if (engine === started) engine = null;
      },
    });
    return started;
  }

  function currentEngine(): TabEngine {
    engine ??= startEngine();
    return engine;
  }

  function feedOf(federationId: string, token: string): FederationFeed {
    const isMine = session.get()?.federationId === federationId;
    // The feed that this tab takes part by stays, whatever link the address has.
    if (feed?.feed.federationId === federationId && (isMine || feed.token === token)) return feed.feed;
    feed?.feed.close();
    const tokens = () => [token, ...ownTokens(federationId)];
    const organiserKey = () => organiserKeyOf(federationId);
    const parting = () => storage.parting(federationId);
    const opened = openFederationFeed(coordinator, federationId, { tokens, organiserKey, parting });
    opened.subscribe(() => {
      const seen = opened.get();
      if (seen.kind === "live") notices.see(seen.snapshot, session.get()?.get().clientId ?? null);
    });
    feed = { token, feed: opened };
    return opened;
  }

  async function start(
    federationId: string,
    identity: SessionOptions<TabEngine>["identity"],
    beginning: (snapshot: Snapshot) => Promise<Pick<SessionOptions<TabEngine>, "rows" | "start" | "kept">>,
    startAs: StartSession | null = null,
  ): Promise<void> {
    session.get()?.close();
    if (companion?.federationId !== federationId) companion?.stop();
    // Also of one that takes part no more, and so never says who it is.
    if (identity.known) ledger.belongTo(identity.known);
    const secret = identity.known?.resumeToken ?? identity.inviteToken;
    const snapshot = await lookedAt(federationId, secret);
    const { config } = snapshot;
    const startSession = startAs ?? (await loadPart(() => import("@duet/client/federatedSession"))).startFederatedSession;
    const from = await beginning(snapshot);
    await checked;
    const owned = currentEngine();
    // The session ends this worker when it is over; the next one gets a fresh one.
    engine = null;
    const feed = feedOf(federationId, identity.inviteToken);
    const seen = { coordinator, feed, identities: storage, now, surroundings };
    const started = startSession({ ...seen, engine: owned, backend, config, identity, ...from });
    session.set(started);
    recognition.follow(started);
    const tellOfTraining = () => session.get() === started && wakeLock.setTraining(isTakingPart(started.get()));
    started.subscribe(tellOfTraining);
    started.subscribe(() => remember(started, feed));
    tellOfTraining();
  }

  async function openTeam(federationId: string, secret: string): Promise<TabTeam> {
    team.get()?.close();
    const { openTabTeam } = await loadPart(() => import("./tabTeam.ts"));
    const opened: TabTeam = openTabTeam({
      ...{ coordinator, backend, federationId, secret, engine: currentEngine },
      onLead: async (config, { identity, kept, choices }) => {
        storage.saveIdentity(identity);
        storage.saveTeam(federationId, { secret, ...choices });
        storage.saveJoined(federationId, { name: config.name, inviteToken: identity.inviteToken });
        const rows = await currentEngine().adopt(identity.clientId, kept);
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

  /** Once it is over, any tab of this browser finds it again. */
  function remember(of: TabSession, { get }: FederationFeed): void {
    const [seen, { federationId }] = [get(), of];
    const past = seen.kind === "live" ? pastFederationOf(seen.snapshot, of.get(), storage.identity(federationId)) : null;
    if (past && !storage.past().some((one) => one.federationId === federationId)) storage.savePast(past);
  }

  /** What this browser may look on by, whatever became of the links that it came by. */
  function ownTokens(federationId: string): readonly string[] {
    const identity = storage.identity(federationId);
    const organiser = storage.organiser(federationId);
    return [...(identity ? [identity.resumeToken] : []), ...(organiser ? [organiser.organiserKey] : [])];
  }

  /** One that is out, and may not look on, has what it last saw. */
  async function lookedAt(federationId: string, secret: string): Promise<Snapshot> {
    try {
      return await lookOn(coordinator, federationId, organiserKeyOf(federationId), [secret]);
    } catch (error) {
      const parting = storage.parting(federationId);
      if (parting) return parting;
      throw error;
    }
  }

  return {
    coordinator,
    ledger,
    storage,
    wakeLock,
    notices,
    claimShare,
    session,
    recognition,
    engine: currentEngine,
    deviceLimits: () => currentEngine().deviceLimits(backend),
    async checkDevice(config, rows, onProgress) {
      const { checkDevice } = await loadPart(() => import("./deviceCheck.ts"));
      const checking = checkDevice({ coordinator, engine: currentEngine(), backend }, config, rows, onProgress);
      checked = checking.catch(() => {});
      return checking;
    },
    feed: feedOf,
    tokenFor: (federationId, token) => ownTokens(federationId)[0] ?? token,
    join: ({ federationId, inviteToken, name, figures, rank, rows, personal }) =>
      start(
        federationId,
        { inviteToken, name, figures, rank, known: null, asking: storage.asking(federationId) },
        async (snapshot) => {
          storage.saveJoined(federationId, { name: snapshot.config.name, inviteToken });
          const { startingPoint } = await loadPart(() => import("@duet/client/startingPoint"));
          return {
            rows,
            start: await startingPoint(snapshot, inviteToken, personal, coordinator.baseUrl),
            kept: { checkpoint: null, done: null },
          };
        },
      ),
    async accompany(request) {
      const { startCompanion } = await loadPart(() => import("./companion.ts"));
      companion?.stop();
      companion = { federationId: request.federationId, stop: await startCompanion(request) };
    },
    async forget(federationId, parts) {
      const clientId = storage.clientOf(federationId);
      const known = storage.identity(federationId);
      const current = session.get();
      if (current?.federationId === federationId) {
        current.close();
        session.set(null);
      }
      const kept = parts.filter((part) => part === "rows" || part === "adapters");
      const { rows, adapters } =
        clientId !== null && kept.length > 0 ? await currentEngine().forgetParts(clientId, kept) : { rows: 0, adapters: false };
      let entries = 0;
      if (known && parts.includes("ledger")) {
        const owner = ledgerOwner(known);
        entries = (await ledgerStore.load(owner)).size;
        await ledgerStore.forget(owner);
      }
      if (parts.includes("identity")) {
        storage.forgetIdentity(federationId);
        storage.forgetPast(federationId);
      }
      return { rows, adapters, entries, identity: parts.includes("identity") };
    },
    async resume(federationId) {
      const known = storage.identity(federationId);
      if (!known) return { as: "nobody" };
      const kept = await currentEngine().recall(known.clientId);
      if (!kept) {
        storage.forgetIdentity(federationId);
        return { as: "nobody" };
      }
      if (session.get()?.federationId === federationId) return { as: "client" };
      const come = await comeBack(known, kept);
      const { resumeCompanion } = await loadPart(() => import("./companion.ts"));
      const stop = companion === null ? await resumeCompanion(federationId) : null;
      if (stop) companion = { federationId, stop };
      return come;
    },
    team,
    async makeTeam(federationId, choices) {
      const { createTeamSecret } = await loadPart(() => import("@duet/lora-core/team/teamLink"));
      storage.saveTeam(federationId, { secret: createTeamSecret(), ...choices });
      // Without a session the page comes back as the client that is kept: as the team, now.
      session.get()?.close();
      session.set(null);
    },
    async enterTeam(federationId, secret) {
      const current = team.get();
      if (current?.federationId === federationId && current.secret === secret) return;
      const known = storage.helper(federationId);
      const kept = known?.secret === secret ? await currentEngine().recall(known.rowsId) : null;
      const opened = await openTeam(federationId, secret);
      if (known && kept) opened.help({ ...known, rows: kept.rows });
    },
    helpTeam(name, rows) {
      const entered = team.get();
      if (!entered) return;
      const { federationId, secret } = entered;
      const rowsId = `member-${crypto.randomUUID()}`;
      storage.saveHelper(federationId, { secret, name, rowsId });
      entered.help({ name, rows, rowsId });
    },
  };
}

/** What the others are told once a session of the one that leads is over; null before, and where it only failed here: then they go on. */
function teamEndOf({ stage }: SessionState): TeamEnd | null {
  if (stage.kind === "finished") return { isFinished: true, sentence: stage.note };
  return stage.kind === "removed" ? { isFinished: false, sentence: stage.reason, why: stage.why } : null;
}

/** What only a client needs, most of it secure aggregation's curves, is no part of the first page. @throws {DuetError} UNREACHABLE. */
async function loadPart<Part>(load: () => Promise<Part>): Promise<Part> {
  try {
    return await load();
  } catch {
    throw new DuetError("UNREACHABLE", "A part of this page could not be fetched");
  }
}

/** `?backend=webgpu` (or wasm, cpu) forces one, to compare and to test; anything else is no choice. */
function forcedBackend(): BackendName | null {
  return backendName.safeParse(new URLSearchParams(location.search).get("backend")).data ?? null;
}

/** `?threads=1` takes no more than that; null for as many as there are cores. */
function wantedThreads(): number | null {
  const given = Number(new URLSearchParams(location.search).get("threads"));
  return Number.isInteger(given) && given > 0 ? given : null;
}
