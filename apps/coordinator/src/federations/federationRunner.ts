/** One federation as its clients, watchers and organiser see it: requests in, events of the round machine and snapshots out. */
import type { Readable } from "node:stream";
import type { RequestOf } from "@duet/lora-core/protocol/messages";
import type { Progress } from "@duet/lora-core/protocol/metrics";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import type { Introduction } from "@duet/lora-core/rounds/roundEvents";
import { enrolled, openRoundOf, type RoundState, specOf } from "@duet/lora-core/rounds/roundState";
import { roundsView } from "@duet/lora-core/rounds/roundView";
import type { Logger } from "pino";
import type { ComputeThreads } from "../compute/computeThreads.ts";
import { type Clock, startingFrom } from "../ports/clock.ts";
import { createId, hashToken, matchesHash } from "../ports/secrets.ts";
import type { Tally } from "../ports/tally.ts";
import { Refusal } from "../refusal.ts";
import { exportFederation } from "../storage/exportFederation.ts";
import type { FederationRecord } from "../storage/federationRecord.ts";
import type { FederationStore } from "../storage/federationStore.ts";
import type { JournalEntry } from "../storage/journalEntry.ts";
import { AdapterTransfers } from "./adapterTransfers.ts";
import type { Federation } from "./federation.ts";
import { FederationLoop } from "./federationLoop.ts";
import { type Connection, createRoster } from "./roster.ts";
import { openRoundLog, type RoundLog } from "./roundLog.ts";
import { openSharedModel, type SharedModel } from "./sharedModel.ts";
import { createSnapshotFeed, type SnapshotFeed, type Watcher } from "./snapshotFeed.ts";

export interface RunnerParts {
  readonly federation: Federation;
  readonly record: FederationRecord;
  readonly store: FederationStore;
  readonly entries: readonly JournalEntry[];
  /** It was not put to sleep: clients may have been there when the coordinator ended, and work under way. */
  readonly wasAwake: boolean;
  /** Rounds before the newest whose shared adapters are kept. */
  readonly keepRounds: number;
  readonly compute: ComputeThreads;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tally: Tally;
}

/** Restores a federation from what is stored and sets it going. @throws when that cannot be read. */
export async function openFederationRunner(parts: RunnerParts): Promise<FederationRunner> {
  const { federation, record, store, entries, compute } = parts;
  const log = openRoundLog(federation.policy, record.createdAt, store.journal, entries);
  const model = await openSharedModel(federation, store, compute, log.state.modelRound);
  const clock = startingFrom(parts.clock, log.state.at);
  const runner = new FederationRunner({ ...parts, clock }, log, model);
  if (parts.wasAwake && entries.length > 0) await runner.restart();
  return runner;
}

type Action = RequestOf<"federation:control">["action"];

export class FederationRunner {
  readonly record: FederationRecord;
  readonly federation: Federation;
  readonly transfers: AdapterTransfers;
  readonly #store: FederationStore;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #tally: Tally;
  readonly #loop: FederationLoop;
  readonly #feed: SnapshotFeed;
  readonly #roster = createRoster();
  readonly #progress = new Map<string, Progress>();
  #revision = 0;
  #watchers = 0;

  constructor(parts: RunnerParts, log: RoundLog, model: SharedModel) {
    const { federation, record, store, entries, keepRounds, compute, clock, logger, tally } = parts;
    this.record = record;
    this.federation = federation;
    this.#store = store;
    this.#clock = clock;
    this.#feed = createSnapshotFeed(() => this.snapshot(), clock);
    this.#tally = tally;
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
    this.transfers = new AdapterTransfers({ federation, store, model, compute, loop: this.#loop, logger: child, keepRounds });
    for (const { event, resumeHash } of entries) {
      if (event.type === "clientJoined" && resumeHash) this.#roster.remember(event.clientId, resumeHash);
    }
    this.#touch();
  }

  get id(): string {
    return this.record.federationId;
  }

  get state(): RoundState {
    return this.#loop.state;
  }

  /** Nobody looks on and nothing happens by itself, so that it may be closed. */
  get isQuiet(): boolean {
    return this.#watchers === 0 && this.#loop.isQuiet;
  }

  /** Clients that are connected. */
  get present(): number {
    return this.state.clients.filter(({ status }) => status === "present").length;
  }

  /** File of the shared adapter after that round, or of the initial one; null where none is kept. @throws {DamagedArtifactError} */
  adapterFile(round: number | "initial"): Promise<string | null> {
    return this.#store.adapterFile(round);
  }

  /** Who may transfer adapters with this resume token. @throws {Refusal} FORBIDDEN, NOT_JOINED */
  clientOf(resumeToken: string): string {
    const client = enrolled(this.state, this.#roster.clientOf(resumeToken) ?? "");
    if (!client) throw new Refusal("FORBIDDEN", "This resume token belongs to no client of the federation");
    if (client.removed) throw new Refusal("FORBIDDEN", REMOVED);
    if (client.status === "left") throw new Refusal("NOT_JOINED", "This client has left the federation; join again");
    return client.id;
  }

  /** Call once after opening a federation that has a past. */
  restart(): Promise<void> {
    return this.#loop.restart();
  }

  snapshot(): Snapshot {
    const view = roundsView(this.state);
    return {
      federationId: this.id,
      revision: this.#revision,
      config: this.federation.config,
      ...view,
      note: this.#loop.storageFault ?? view.note,
      clients: view.clients.map((client) => ({ ...client, progress: this.#progress.get(client.id) ?? null })),
      adapterBytes: this.federation.adapterBytes,
      modelBytes: this.federation.modelBytes,
    };
  }

  /** Of the newest snapshot; grows with every change. */
  get revision(): number {
    return this.#revision;
  }

  /** Tells of every change until the returned function is called. */
  watch(watcher: Watcher): () => void {
    const unsubscribe = this.#feed.subscribe(watcher);
    this.#watchers += 1;
    return () => {
      this.#watchers -= 1;
      unsubscribe();
    };
  }

  /** Adds a client, or gives an earlier one back to its owner, taking it over from an older socket. Returns its id. */
  join(request: RequestOf<"client:join">, connection: Connection): Promise<string> {
    const { inviteToken, resumeToken, modelSha256, name, device, samples } = request;
    if (!matchesHash(inviteToken, this.record.inviteHash)) throw new Refusal("FORBIDDEN", "This invite link is not valid");
    if (modelSha256 !== this.federation.modelSha256) {
      throw new Refusal("MODEL_MISMATCH", "This client has another base model than the federation");
    }
    const introduction = { name, device, samples };
    return this.#loop.inTurn(() => {
      const known = this.#roster.clientOf(resumeToken);
      return known === undefined
        ? this.#admit(introduction, resumeToken, connection)
        : this.#readmit(known, introduction, connection);
    });
  }

  /** The client goes; with its resume token it may still come back. */
  leave(clientId: string, connection: Connection): Promise<void> {
    return this.#loop.inTurn(async () => {
      if (!this.#roster.isConnected(clientId, connection)) return;
      await this.#loop.apply({ type: "clientLeft", clientId });
      this.#roster.disconnect(clientId, connection);
      this.#progress.delete(clientId);
    });
  }

  /** The socket is gone. Changes nothing when another one has taken over by the time this is dealt with. */
  disconnected(clientId: string, connection: Connection): void {
    this.#roster.disconnect(clientId, connection);
    this.#progress.delete(clientId);
    this.#loop.applyReliably({ type: "clientAway", clientId }, () => this.#roster.isConnected(clientId));
  }

  /** @throws {Refusal} WRONG_ROUND when that round is not open. */
  reportProgress(clientId: string, progress: Progress): void {
    const open = openRoundOf(this.state);
    const isOpen = open !== null && specOf(this.state, open).round === progress.round;
    if (!isOpen) throw new Refusal("WRONG_ROUND", `Round ${progress.round} is not open`);
    this.#progress.set(clientId, progress);
    this.#touch();
  }

  /** @throws {Refusal} FORBIDDEN */
  assertOrganiser(organiserKey: string): void {
    if (!matchesHash(organiserKey, this.record.organiserHash)) throw new Refusal("FORBIDDEN", "This is not the organiser's key");
  }

  /** What the organiser's key allows. */
  control(organiserKey: string, action: Action): Promise<void> {
    this.assertOrganiser(organiserKey);
    return this.#loop.inTurn(async () => {
      this.#assertRunning();
      if (action.kind === "remove") await this.#remove(action.clientId);
      else await this.#loop.apply({ type: controlEvents[action.kind] });
    });
  }

  /** All that is kept of it as a tar file; see {@link exportFederation}. */
  export(entries: readonly JournalEntry[]): Readable {
    return exportFederation({ record: this.record, entries, store: this.#store });
  }

  /** Stops timers and pushes, waits for what is being written, closes the files. The federation goes on when it is reopened. */
  async close(): Promise<void> {
    this.#feed.close();
    await this.#loop.close();
    await this.transfers.close();
    await this.#store.close();
  }

  async #admit(introduction: Introduction, resumeToken: string, connection: Connection): Promise<string> {
    this.#assertRunning();
    const here = this.state.clients.filter(({ status }) => status !== "left").length;
    const { maxClients } = this.federation.config;
    if (here >= maxClients) throw new Refusal("FEDERATION_FULL", `This federation is full: it takes ${maxClients} clients`);
    const clientId = createId();
    const resumeHash = hashToken(resumeToken);
    await this.#loop.apply({ type: "clientJoined", clientId, introduction }, resumeHash);
    this.#roster.remember(clientId, resumeHash);
    this.#roster.connect(clientId, connection);
    return clientId;
  }

  async #readmit(clientId: string, introduction: Introduction, connection: Connection): Promise<string> {
    if (enrolled(this.state, clientId)?.removed) throw new Refusal("FORBIDDEN", REMOVED);
    await this.#loop.apply({ type: "clientReturned", clientId, introduction });
    this.#roster.connect(clientId, connection);
    return clientId;
  }

  async #remove(clientId: string): Promise<void> {
    if (!enrolled(this.state, clientId)) throw new Refusal("NOT_FOUND", "There is no such client");
    await this.#loop.apply({ type: "clientRemoved", clientId });
    this.#roster.expel(clientId, REMOVED);
    this.#progress.delete(clientId);
  }

  #assertRunning(): void {
    if (this.state.endedAt !== null) throw new Refusal("FEDERATION_ENDED", "This federation has ended");
  }

  #changed(before: RoundState): void {
    const open = openRoundOf(this.state);
    if (open?.index !== openRoundOf(before)?.index) this.#progress.clear();
    for (const clientId of Object.keys(open?.submissions ?? {})) this.#progress.delete(clientId);
    this.transfers.tidy(before);
    this.#note(before);
    this.#touch();
  }

  /** What happened, for the log and the figures. */
  #note(before: RoundState): void {
    const [was, is] = [openRoundOf(before), openRoundOf(this.state)];
    const counted = (of: typeof was) => Object.keys(of?.submissions ?? {}).length;
    if (is && is.index === was?.index) this.#tally.submissionCounted(Math.max(0, counted(is) - counted(was)));
    else if (is) this.#logger.info({ round: specOf(this.state, is).round, clients: this.present }, "A round is open");
    for (const { round, aggregated } of this.state.rounds.slice(before.rounds.length)) {
      this.#tally.roundClosed(1);
      this.#logger.info({ round, clients: aggregated.length }, "A round is closed");
    }
    if (this.state.endedAt !== null && before.endedAt === null) this.#logger.info("The federation has ended");
  }

  /** Something visible changed. Starting from the clock, revisions grow across restarts too. */
  #touch(): void {
    this.#revision = Math.max(this.#revision + 1, this.#clock.now());
    this.#feed.changed();
  }
}

const REMOVED = "The organiser removed this client";

const controlEvents = {
  start: "started",
  pause: "paused",
  resume: "resumed",
  closeRound: "roundClosed",
  stop: "stopped",
} as const satisfies Record<Exclude<Action["kind"], "remove">, string>;
