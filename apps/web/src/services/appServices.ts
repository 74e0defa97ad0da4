/** Everything the pages work with, made once per tab. */
import type { RowsHandle } from "@duet/client/clientEngine";
import { type CoordinatorClient, createCoordinatorClient } from "@duet/client/coordinatorClient";
import type { FederationFeed } from "@duet/client/federationFeed";
import { loadPart } from "@duet/client/loadPart";
import { createSecret } from "@duet/client/secret";
import { createSentLedger, type SentLedger } from "@duet/client/sentLedger";
import { createStore, type ReadableStore } from "@duet/client/store";
import type { DeviceLimits } from "@duet/lora-core/architectures/deviceLimits";
import type { DownloadProgress } from "@duet/lora-core/checkpoints/resumableDownload";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { FiguresFor } from "@duet/lora-core/protocol/figures";
import { type BackendName, backendName } from "@duet/lora-core/protocol/metrics";
import type { TeamChoices } from "@duet/lora-core/team/teamMessages";
import { baseUrl } from "../lib/baseUrl.ts";
import type { TabEngine } from "../worker/tabEngine.ts";
import type { Companion, CompanionRequest } from "./companion.ts";
import { forgetCompanion } from "./companionIdentities.ts";
import type { DeviceCheck } from "./deviceCheck.ts";
import { type ForgettablePart, type Forgotten, forgetParts, PARTS } from "./forgetting.ts";
import { createLedgerStore } from "./ledgerStore.ts";
import { createLookingOn } from "./lookingOn.ts";
import { createNotices, type NoticesSwitch } from "./notices.ts";
import { createPageVersion } from "./pageVersion.ts";
import { createRecognition, type RecognitionState } from "./recognition.ts";
import { type ClaimShare, createSampleShares } from "./sampleShares.ts";
import { createSurroundings } from "./surroundings.ts";
import { createTabEngines } from "./tabEngines.ts";
import { type ComeBack, createTabSessions, type TabSession } from "./tabSessions.ts";
import { createTabStorage, type TabStorage } from "./tabStorage.ts";
import type { TabTeam } from "./tabTeam.ts";
import { createWakeLock, type WakeLockSwitch } from "./wakeLock.ts";

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

export interface AppServices {
  readonly coordinator: CoordinatorClient;
  readonly ledger: SentLedger;
  readonly storage: TabStorage;
  readonly wakeLock: WakeLockSwitch;
  readonly notices: NoticesSwitch;
  readonly claimShare: ClaimShare;
  /** The coordinator serves another version of the page by now. */
  readonly isOtherVersion: ReadableStore<boolean>;
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
  /** The feed of a federation, open for as long as somebody looks at it. */
  feed(federationId: string, token: string): FederationFeed;
  /** What opens the coordinator's files of a federation that was come to by this link. */
  tokenFor(federationId: string, token: string): string;
  /** Becomes a new client. */
  join(request: JoinRequest): Promise<void>;
  /** A simulated participant beside this tab; the one of another federation ends. @throws {DuetError} as {@link JoinRequest}'s joining. */
  accompany(request: CompanionRequest): Promise<void>;
  /**
   * Deletes of this browser what it keeps of a federation; says what there was of it. A tab that takes part leaves it, of which nothing is kept. So does a
   * simulated participant, of which nobody is told: it was nobody's data.
   */
  forget(federationId: string, parts: readonly ForgettablePart[]): Promise<Forgotten>;
  /** Deletes all that this browser keeps of the client that this tab was until it failed, so that it may join as another. */
  beginAnew(federationId: string): Promise<void>;
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

export function createAppServices(): AppServices {
  const now = () => Date.now();
  const backend = forcedBackend();
  const storage = createTabStorage();
  const surroundings = createSurroundings(now);
  const ledgers = createLedgerStore();
  const ledger = createSentLedger(now, ledgers);
  const coordinator = createCoordinatorClient({ url: baseUrl(), ledger, now, surroundings });
  const wakeLock = createWakeLock();
  const notices = createNotices();
  const claimShare = createSampleShares();
  const recognition = createRecognition();
  const engines = createTabEngines({ coordinator, backend, mostThreads: wantedThreads() });
  const session = createStore<TabSession | null>(null);
  const looking = createLookingOn({
    coordinator,
    storage,
    ownFederation: () => session.get()?.federationId ?? null,
    onSeen: (snapshot) => notices.see(snapshot, session.get()?.get().clientId ?? null),
  });
  let companion: { readonly federationId: string; readonly client: Companion } | null = null;
  const sessions = createTabSessions({
    ...{ coordinator, ledger, storage, surroundings, now, backend, engines, looking, session },
    onBegin(federationId) {
      if (companion?.federationId === federationId) return;
      companion?.client.stop();
      companion = null;
    },
    onStarted: recognition.follow,
    onTraining: wakeLock.setTraining,
  });

  return {
    coordinator,
    ledger,
    storage,
    wakeLock,
    notices,
    claimShare,
    isOtherVersion: createPageVersion(coordinator),
    session,
    recognition,
    engine: engines.current,
    deviceLimits: engines.limits,
    checkDevice: engines.check,
    feed: looking.feed,
    tokenFor: looking.tokenFor,
    join: ({ federationId, inviteToken, name, figures, rank, rows, personal }) => {
      const identity = { inviteToken, name, figures, rank, known: null, asking: storage.asking(federationId) };
      return sessions.start(federationId, identity, async (snapshot) => {
        storage.saveJoined(federationId, { name: snapshot.config.name, inviteToken });
        const { startingPoint } = await loadPart(() => import("@duet/client/startingPoint"));
        const start = await startingPoint(snapshot, inviteToken, personal, coordinator.baseUrl);
        return { rows, start, kept: { checkpoint: null, done: null } };
      });
    },
    async accompany(request) {
      const { startCompanion } = await loadPart(() => import("./companion.ts"));
      companion?.client.stop();
      companion = { federationId: request.federationId, client: await startCompanion(request) };
    },
    async forget(federationId, parts) {
      const tookPart = sessions.end(federationId);
      if (companion?.federationId === federationId) {
        await companion.client.leave();
        companion = null;
      } else await forgetCompanion(federationId, engines.current);
      const forgotten = await forgetParts({ storage, ledgers, engine: engines.current }, federationId, tookPart ? PARTS : parts);
      if (tookPart) void coordinator.request("client:leave", {}).catch(() => {});
      return forgotten;
    },
    async beginAnew(federationId) {
      await forgetParts({ storage, ledgers, engine: engines.current }, federationId, PARTS);
      // Not before: without a session the page comes back as the client that is kept.
      sessions.end(federationId);
    },
    async resume(federationId) {
      const known = storage.identity(federationId);
      if (!known) return { as: "nobody" };
      const kept = await engines.current().recall(known.clientId);
      if (!kept) {
        storage.forgetIdentity(federationId);
        return { as: "nobody" };
      }
      if (session.get()?.federationId === federationId) return { as: "client" };
      const come = await sessions.comeBack(known, kept);
      const { resumeCompanion } = await loadPart(() => import("./companion.ts"));
      const client = companion === null ? await resumeCompanion(federationId) : null;
      if (client) companion = { federationId, client };
      return come;
    },
    team: sessions.team,
    async makeTeam(federationId, choices) {
      const { createTeamSecret } = await loadPart(() => import("@duet/lora-core/team/teamLink"));
      storage.saveTeam(federationId, { secret: createTeamSecret(), ...choices });
      // Without a session the page comes back as the client that is kept: as the team, now.
      sessions.end(federationId);
    },
    async enterTeam(federationId, secret) {
      const current = sessions.team.get();
      if (current?.federationId === federationId && current.secret === secret) return;
      const known = storage.helper(federationId);
      const kept = known?.secret === secret ? await engines.current().recall(known.rowsId) : null;
      const opened = await sessions.openTeam(federationId, secret);
      if (known && kept) opened.help({ ...known, rows: kept.rows });
    },
    helpTeam(name, rows) {
      const entered = sessions.team.get();
      if (!entered) return;
      const { federationId, secret } = entered;
      const rowsId = `member-${createSecret()}`;
      storage.saveHelper(federationId, { secret, name, rowsId });
      entered.help({ name, rows, rowsId });
    },
  };
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
