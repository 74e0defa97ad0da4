/** One federation as its clients, watchers and organiser see it: requests in, events of the round machine and snapshots out. */

import type { Readable } from "node:stream";
import { seenBy } from "@duet/lora-core/protocol/audience";
import { type Audience, withoutPace } from "@duet/lora-core/protocol/figures";
import type { RequestOf } from "@duet/lora-core/protocol/messages";
import type { Progress } from "@duet/lora-core/protocol/metrics";
import type { OrganiserView } from "@duet/lora-core/protocol/organiserView";
import type { ClientView, Snapshot } from "@duet/lora-core/protocol/snapshot";
import { ROUND_SENTENCES } from "@duet/lora-core/rounds/roundSentences";
import { enrolled, openRoundOf, type RoundState, roundInSight, specOf } from "@duet/lora-core/rounds/roundState";
import { roundsView } from "@duet/lora-core/rounds/roundView";
import { skipStanding } from "@duet/lora-core/rounds/skipped";
import { mayWorkOn } from "@duet/lora-core/rounds/submissionStanding";
import { say } from "@duet/lora-core/sayings/saying";
import type { Logger } from "pino";
import type { ComputeThreads } from "../compute/computeThreads.ts";
import { type Clock, startingFrom } from "../ports/clock.ts";
import type { Report } from "../ports/report.ts";
import type { Tally } from "../ports/tally.ts";
import { Refusal } from "../refusal.ts";
import type { Admission } from "../storage/admissions.ts";
import { exportFederation } from "../storage/exportFederation.ts";
import type { FederationRecord } from "../storage/federationRecord.ts";
import type { FederationStore } from "../storage/federationStore.ts";
import type { JournalEntry } from "../storage/journalEntry.ts";
import type { Hold, Write } from "../storage/ownership.ts";
import { AdapterTransfers } from "./adapterTransfers.ts";
import type { Federation } from "./federation.ts";
import { FederationLoop } from "./federationLoop.ts";
import {
  createFederationSettings,
  type FederationSettings,
  isSettingsAction,
  type SettingsAction,
} from "./federationSettings.ts";
import { audienceOf, type Grant } from "./grant.ts";
import type { LinkCodes } from "./linkCodes.ts";
import { Members } from "./members.ts";
import { openRoundLog, type RoundLog } from "./roundLog.ts";
import { SecureSums } from "./secureSums.ts";
import { openSharedModel, type SharedModel } from "./sharedModel.ts";
import { createSnapshotFeed, type SnapshotFeed, type Watcher } from "./snapshotFeed.ts";
import { withoutTakenBack } from "./takenBack.ts";
import { createWaitingRoom, type WaitingRoom } from "./waitingRoom.ts";

export interface RunnerParts {
  readonly federation: Federation;
  readonly record: FederationRecord;
  readonly codes: LinkCodes;
  /** Stores what the organiser has changed. */
  readonly saveRecord: (record: FederationRecord) => Promise<void>;
  readonly store: FederationStore;
  readonly hold: Hold;
  readonly entries: readonly JournalEntry[];
  /** What the organiser answered those who ask to join. */
  readonly answered: readonly Admission[];
  /** It was not put to sleep: clients may have been there when the coordinator ended, and work under way. */
  readonly wasAwake: boolean;
  /** Rounds before the newest whose shared adapters are kept. */
  readonly keepRounds: number;
  readonly compute: ComputeThreads;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tally: Tally;
  /** Null where figures go nowhere else. */
  readonly report: Report | null;
}

/** Restores a federation from what is stored and sets it going. @throws when that cannot be read. */
export async function openFederationRunner(parts: RunnerParts): Promise<FederationRunner> {
  const { federation, record, store, entries, compute } = parts;
  const log = openRoundLog(federation.policy, record.createdAt, store.journal, entries);
  const model = await openSharedModel(record.federationId, federation, store, compute, log.state.modelRound);
  const clock = startingFrom(parts.clock, log.state.at);
  const runner = new FederationRunner({ ...parts, clock }, log, model);
  // A client took something back, and the coordinator went down before that was written.
  const taken = withoutTakenBack(log.state, federation.config);
  if (entries.some((entry) => taken(entry) !== entry)) await runner.members.forgetTakenBack();
  if (parts.wasAwake && entries.length > 0) await runner.restart();
  return runner;
}

type Action = RequestOf<"federation:control">["action"];

/** Somebody who is told of every change, for as long as what allows it holds. */
export interface Watching {
  grant: Grant;
  readonly isOver: boolean;
  stop(): void;
}

export class FederationRunner {
  readonly federation: Federation;
  readonly transfers: AdapterTransfers;
  readonly sums: SecureSums;
  readonly members: Members;
  /** Writes what is on record of it. */
  readonly write: Write;
  readonly #store: FederationStore;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #tally: Tally;
  readonly #report: Report | null;
  readonly #loop: FederationLoop;
  readonly #feed: SnapshotFeed;
  readonly #settings: FederationSettings;
  readonly #waitingRoom: WaitingRoom;
  readonly #progress = new Map<string, Progress>();
  /** What is seen of a client that is at work, by what the state has of it. */
  readonly #inProgress = new WeakMap<ClientView, ClientView>();
  readonly #watching = new Map<Watching, Watcher>();
  #revision = 0;

  constructor(parts: RunnerParts, log: RoundLog, model: SharedModel) {
    const { federation, record, codes, saveRecord, store, entries, answered, keepRounds } = parts;
    const { compute, clock, logger, tally } = parts;
    this.federation = federation;
    this.write = parts.hold.write;
    this.#store = store;
    this.#clock = clock;
    this.#feed = createSnapshotFeed(() => this.#snapshot(), clock);
    this.#tally = tally;
    this.#report = parts.report;
    const child = logger.child({ federation: record.federationId });
    this.#logger = child;
    this.#loop = new FederationLoop({
      log,
      model,
      store,
      clock,
      logger: child,
      tally,
      onChange: (before) => this.#changed(before),
    });
    const save = (changed: FederationRecord) => this.#loop.stored(() => saveRecord(changed));
    this.#settings = createFederationSettings({ record, codes, clock, save });
    const { admissions } = store;
    this.#waitingRoom = createWaitingRoom({ clock, admissions, answered, onChange: () => this.#touch() });
    this.sums = new SecureSums({ federationId: this.id, federation, store, loop: this.#loop, logger: child });
    const transfers = { federation, store, model, compute, loop: this.#loop, sums: this.sums, tally, logger: child, keepRounds };
    this.transfers = new AdapterTransfers(transfers);
    const { sums } = this;
    const onGone = (clientId: string) => void this.#progress.delete(clientId);
    const waitingRoom = this.#waitingRoom;
    const members = { federation, loop: this.#loop, sums, waitingRoom, clock, record: () => this.record, onGone };
    this.members = new Members(members, entries);
    this.#touch();
  }

  /** As it is now. */
  get record(): FederationRecord {
    return this.#settings.record;
  }

  get id(): string {
    return this.record.federationId;
  }

  get state(): RoundState {
    return this.#loop.state;
  }

  /** Nobody looks on and nothing happens by itself, so that it may be closed. */
  get isQuiet(): boolean {
    return this.#watching.size === 0 && this.#waitingRoom.list().length === 0 && this.#loop.isQuiet;
  }

  /** File of the shared adapter after that round, or of the initial one; null where none is kept. @throws {DamagedArtifactError} */
  adapterFile(round: number | "initial"): Promise<string | null> {
    return this.#store.adapterFile(round);
  }

  /** On the clock by which links end. */
  now(): number {
    return this.#clock.now();
  }

  /** Call once after opening a federation that has a past. */
  restart(): Promise<void> {
    return this.#loop.restart();
  }

  /** As this audience may see it. */
  snapshotFor(audience: Audience): Snapshot {
    return seenBy(audience, this.#snapshot());
  }

  /** With everything that clients have told the coordinator. */
  #snapshot(): Snapshot {
    const view = roundsView(this.state);
    const fault = this.#loop.storageFault;
    return {
      federationId: this.id,
      revision: this.#revision,
      config: this.federation.config,
      ...view,
      joining: this.record.joining,
      waiting: this.#waitingRoom.list().length,
      ...(fault && { note: say(ROUND_SENTENCES, fault), told: [fault] }),
      clients: this.#withProgress(view.clients),
      adapterBytes: this.federation.adapterBytes,
      modelBytes: this.federation.modelBytes,
    };
  }

  /** What did not change since the last time is the same object. */
  #withProgress(clients: Snapshot["clients"]): Snapshot["clients"] {
    if (this.#progress.size === 0) return clients;
    return clients.map((client) => {
      const progress = this.#progress.get(client.id);
      if (!progress) return client;
      const known = this.#inProgress.get(client);
      if (known?.progress === progress) return known;
      const made = { ...client, progress };
      this.#inProgress.set(client, made);
      return made;
    });
  }

  /** Of the newest snapshot; grows with every change. */
  get revision(): number {
    return this.#revision;
  }

  /** Tells of every change until that is stopped, or what allows it is taken away; with `own`, of those that matter to that client. */
  watch(watcher: Watcher, grant: Grant, own: string | null = null): Watching {
    const unsubscribe = this.#feed.subscribe(watcher, own, audienceOf(grant));
    const all = this.#watching;
    const watching: Watching = {
      grant,
      get isOver() {
        return !all.has(watching);
      },
      stop: () => {
        if (all.delete(watching)) unsubscribe();
      },
    };
    all.set(watching, watcher);
    return watching;
  }

  /** @throws {Refusal} WRONG_ROUND when that round is not open, takes nothing late either, and is not what the client catches up with. */
  reportProgress(clientId: string, progress: Progress): void {
    if (!mayWorkOn(this.state, clientId, progress.round)) throw new Refusal("WRONG_ROUND", ["roundNotOpen", progress.round]);
    const isTold = enrolled(this.state, clientId)?.figures !== "nobody";
    this.#progress.set(clientId, isTold ? progress : withoutPace(progress));
    this.#touch();
  }

  /** Does what the organiser wants; what the organiser sees then. `own` looks on as the organiser from now on, by whatever link it came. */
  async control(action: Action, own?: Watching): Promise<OrganiserView> {
    await this.#loop.inTurn(() => this.#obey(action, own));
    return this.organiserView();
  }

  async organiserView(): Promise<OrganiserView> {
    const { joining, listing } = this.record;
    return { links: await this.#settings.links(), joining, listing, waiting: [...this.#waitingRoom.list()] };
  }

  /** All that is kept of it as a tar file; see {@link exportFederation}. */
  export(entries: readonly JournalEntry[]): Readable {
    return exportFederation({ record: this.record, entries, store: this.#store });
  }

  /** Another node runs it from now on: whoever is connected because of it connects again, and finds that one. */
  endAll(): void {
    for (const [watching, watcher] of [...this.#watching]) {
      watching.stop();
      watcher.end();
    }
  }

  /** Stops timers and pushes, waits for what is being written, closes the files. The federation goes on when it is reopened. */
  async close(): Promise<void> {
    this.#feed.close();
    this.#waitingRoom.close();
    await this.#loop.close();
    await this.transfers.close();
    await this.#store.close();
  }

  async #obey(action: Action, own?: Watching): Promise<void> {
    if (isSettingsAction(action)) return this.#change(action, own);
    this.#loop.assertRunning();
    switch (action.kind) {
      case "remove":
        return this.#remove(action.clientId, own);
      case "skip":
        return this.#skip(action.clientId);
      case "admit":
      case "decline":
        if (await this.#loop.stored(() => this.#waitingRoom.decide(action.waitingId, action.kind === "admit"))) return;
        throw new Refusal("NOT_FOUND", ["waitsNoMore"]);
      default:
        return this.#loop.apply({ type: controlEvents[action.kind] });
    }
  }

  async #change(action: SettingsAction, own?: Watching): Promise<void> {
    await this.#settings.change(action);
    if (own?.grant.kind === "link") {
      own.grant = { kind: "link", role: "organiser", generation: this.record.links.organiser.generation };
    }
    this.#endWatching();
    this.#touch();
  }

  /** @throws {Refusal} NOT_FOUND; WRONG_ROUND where nobody waits for it; STILL_NEEDED where it has to be waited for. */
  async #skip(clientId: string): Promise<void> {
    if (!enrolled(this.state, clientId)) throw new Refusal("NOT_FOUND", ["noClient"]);
    const standing = skipStanding(this.state, clientId);
    if (standing === "notAwaited") throw new Refusal("WRONG_ROUND", ["notAwaited"]);
    if (standing === "needed") throw new Refusal("STILL_NEEDED", ["stillNeeded"]);
    await this.#loop.apply({ type: "clientSkipped", clientId });
  }

  /** The link that it came by ends first: whatever fails then, it cannot come in by it again. Who is in needs no link. */
  async #remove(clientId: string, own?: Watching): Promise<void> {
    if (!enrolled(this.state, clientId)) throw new Refusal("NOT_FOUND", ["noClient"]);
    await this.#change({ kind: "rotateLink", role: "invite" }, own);
    await this.members.remove(clientId);
    this.#endWatching();
  }

  /** Who watches by a link that is no more is disconnected; who was removed stays connected, and is told no more. */
  #endWatching(): void {
    for (const [watching, watcher] of [...this.#watching]) {
      const { grant } = watching;
      if (grant.kind === "client" ? enrolled(this.state, grant.clientId)?.removed !== true : this.#isCurrent(grant)) continue;
      watching.stop();
      if (grant.kind === "link") watcher.end();
    }
  }

  #isCurrent({ role, generation }: Extract<Grant, { kind: "link" }>): boolean {
    const link = this.record.links[role];
    return link.generation === generation && (link.expiresAt !== null || link.olderHash !== null);
  }

  #changed(before: RoundState): void {
    this.members.forgetGone(before);
    const { submissions = {} } = openRoundOf(this.state) ?? {};
    for (const [clientId, { round }] of this.#progress) {
      if (clientId in submissions || !mayWorkOn(this.state, clientId, round)) this.#progress.delete(clientId);
    }
    this.transfers.tidy(before);
    this.#note(before);
    this.#touch();
  }

  /** What happened, for the log and the figures. */
  #note(before: RoundState): void {
    const [was, is] = [roundInSight(before), roundInSight(this.state)];
    if (is && is.index !== was?.index)
      this.#logger.info({ round: specOf(this.state, is).round, clients: this.members.present }, "A round is open");
    for (const { round, aggregated } of this.state.rounds.slice(before.rounds.length)) {
      this.#tally.roundClosed(1);
      this.#logger.info({ round, clients: aggregated.length }, "A round is closed");
    }
    const hasEnded = this.state.endedAt !== null && before.endedAt === null;
    if (hasEnded) this.#logger.info("The federation has ended");
    if (hasEnded || this.state.rounds.length > before.rounds.length) this.#report?.(this.snapshotFor("everybody"));
  }

  /** Something visible changed. Starting from the clock, revisions grow across restarts too. */
  #touch(): void {
    this.#revision = Math.max(this.#revision + 1, this.#clock.now());
    this.#feed.changed();
  }
}

const controlEvents = {
  start: "started",
  pause: "paused",
  resume: "resumed",
  closeRound: "roundClosed",
  stop: "stopped",
} as const;
