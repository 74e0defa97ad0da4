/**
 * A client where its rows lie: holds rows, trains, and keeps rows and results on the device. Whoever directs it (a page, a program)
 * names rows by a handle and never sees one. Rows are written once, results after every round, and a round that is under way every few
 * seconds.
 */

import type { SampleHistory } from "@duet/lora-core/contract/answerSamples";
import type { ClientCheckpoint, KeptClient, RoundBeginning, RoundKey, RoundRequest } from "@duet/lora-core/contract/clientRound";
import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import type { SumRequest } from "@duet/lora-core/contract/secureSum";
import type { StepSpeed } from "@duet/lora-core/contract/stepSpeed";
import type { TeamAverages, TeamLead, TrainingOrder } from "@duet/lora-core/contract/teamTraining";
import type { DataSplit } from "@duet/lora-core/data/row";
import { hasCode } from "@duet/lora-core/errors/duetError";
import { workError } from "@duet/lora-core/errors/workError";
import { createSumDesk, type SumDesk, type SumStore } from "@duet/lora-core/federation/sumDesk";
import type { Progress, SampleCounts } from "@duet/lora-core/protocol/metrics";
import { isLocalLearning } from "@duet/lora-core/schedule/roundNumbers";
import type { RowStatistics } from "@duet/lora-core/statistics/rowStatistics";
import { clientSeedOf } from "./clientSeed.ts";
import type { LedgerStore } from "./privacyLedger.ts";
import { openPrivacyMeter, type PrivacyMeter } from "./privacyMeter.ts";
import { type ComputedOn, contentHash, type RoundCheckpoint, roundIdentity } from "./roundCheckpoint.ts";
import type { JournalState } from "./roundJournal.ts";
import { createRoundKeeper } from "./roundKeeper.ts";
import { areOfSameRows, createSampleBook, type SampleBook, type SampleStore, sampleHistory } from "./sampleBook.ts";
import type { TrainedRound, TrainingEngine } from "./trainingEngine.ts";

/**
 * Where a device keeps its clients, by their ids, and the privacy ledger of all of them. Everything may reject: a device can be full or forbid
 * it.
 */
export interface ClientStore extends LedgerStore, SumStore {
  rows(clientId: string): Promise<DataSplit | null>;
  saveRows(clientId: string, split: DataSplit): Promise<void>;
  kept(clientId: string): Promise<KeptClient | null>;
  /** The round that it is of is over: what was kept of it under way goes with it. */
  saveKept(clientId: string, kept: KeptClient): Promise<void>;
  /** The kept result is with the coordinator, for this attempt. */
  saveSubmitted(clientId: string, key: RoundKey): Promise<void>;
  /** The round that is under way; null when there is none. Rejects with STORED_DAMAGED where it cannot be read. */
  underWay(clientId: string): Promise<RoundCheckpoint | null>;
  saveUnderWay(clientId: string, round: RoundCheckpoint): Promise<void>;
  dropUnderWay(clientId: string): Promise<void>;
  /** Where answers to a few test rows are kept; left out where nobody looks at any. */
  readonly samples?: SampleStore;
  /** The privacy ledger stays: what was spent on rows is spent. */
  forget(clientId: string): Promise<void>;
}

export interface BeginRows {
  readonly rows: string;
  readonly setup: Omit<EngineSetup, "clientSeed">;
  /** SHA-256 over the base's files. */
  readonly model: string;
  readonly start: ClientCheckpoint | null;
}

interface Held {
  readonly split: DataSplit;
  /** What it was begun with; null before. */
  readonly settings: {
    readonly setup: EngineSetup;
    readonly model: string;
    readonly meter: PrivacyMeter | null;
  } | null;
  readonly kept: KeptClient;
  /** Kept on the device under this id; null when it is not. */
  readonly clientId: string | null;
}

/** `engine` must be open before {@link ClientDesk.begin}; it stays the caller's. */
export class ClientDesk {
  readonly #engine: TrainingEngine;
  readonly #store: ClientStore;
  readonly #now: () => number;
  readonly #held = new Map<string, Held>();
  readonly #sums: SumDesk;
  readonly #samples: SampleBook;
  #handles = 0;
  /** Whose rounds are run. */
  #current: string | null = null;
  /** The round that is under way, or was as the engine lost its device. */
  #underWay: RoundCheckpoint | null = null;

  /** `now` in ms: by it is decided when a round under way is kept. */
  constructor(engine: TrainingEngine, store: ClientStore, now: () => number = () => performance.now()) {
    this.#engine = engine;
    this.#store = store;
    this.#sums = createSumDesk(store);
    this.#samples = createSampleBook(store.samples ?? null);
    this.#now = now;
  }

  /** Takes rows in place of those that were held and not begun with. Returns their handle. */
  hold(split: DataSplit): string {
    return this.#hold({ split, settings: null, kept: { checkpoint: null, done: null }, clientId: null });
  }

  /** How fast this device would train on rows that are held, before it begins with them; `onStep` after each step. @throws {DuetError} ROWS_GONE; BUSY in a round. */
  async measureSpeed(rows: string, setup: Omit<EngineSetup, "clientSeed">, onStep: () => void): Promise<StepSpeed> {
    const { split } = this.#of(rows);
    return this.#engine.measureSpeed({ ...setup, clientSeed: clientSeedOf(split) }, split.train, onStep);
  }

  async recall(clientId: string): Promise<(KeptClient & { readonly rows: string }) | null> {
    const split = await this.#store.rows(clientId);
    if (!split) return null;
    const kept = (await this.#store.kept(clientId)) ?? { checkpoint: null, done: null };
    return { ...kept, rows: this.#hold({ split, settings: null, kept, clientId }) };
  }

  /**
   * @throws {DuetError} ROWS_GONE for a handle of rows that are held no more; PRIVACY_SETTINGS and PRIVACY_LEDGER where these rows cannot be
   * trained on as privately as the setup asks.
   */
  async begin({ rows, setup: common, model, start }: BeginRows): Promise<SampleCounts> {
    const held = this.#of(rows);
    const setup = { ...common, clientSeed: clientSeedOf(held.split) };
    const meter = await openPrivacyMeter({ setup, model, rows: held.split, store: this.#store });
    const counts = await this.#engine.prepare(setup, held.split);
    const checkpoint = held.kept.checkpoint ?? start;
    if (checkpoint) await this.#engine.restore(checkpoint);
    this.#held.set(rows, { ...held, settings: { setup, model, meter }, kept: { ...held.kept, checkpoint } });
    this.#current = rows;
    return counts;
  }

  async keepAs(clientId: string): Promise<boolean> {
    const { handle, held } = this.#begun();
    if (held.clientId === clientId) return true;
    this.#held.set(handle, { ...held, clientId });
    return succeeds(async () => {
      await this.#saveRows(clientId, held.split);
      // By now a round may have ended.
      await this.#store.saveKept(clientId, this.#of(handle).kept);
    });
  }

  /** Goes on with what was kept of this very round, else begins it; `onBegun` is told which, before anything is computed. */
  async runRound(
    key: RoundKey,
    request: RoundRequest,
    onProgress: (progress: Progress) => void,
    onBegun: (beginning: RoundBeginning) => void,
    lead: TeamLead | null = null,
  ) {
    const { handle } = this.#begun();
    const of = await this.#identity(request);
    const { samples, ...result } = await this.#resume({ ...key, of }, { request, onProgress, lead }, onBegun);
    const done = { ...key, ...result, submitted: false };
    const kept = { checkpoint: await this.#engine.checkpoint(), done };
    this.#underWay = null;
    this.#held.set(handle, { ...this.#of(handle), kept });
    const noted = this.#of(handle).clientId;
    if (samples && noted !== null) await this.#samples.note(noted, key.round, samples);
    // By now it may be forgotten.
    const { clientId } = this.#of(handle);
    return { ...kept, isKept: clientId !== null && (await succeeds(() => this.#store.saveKept(clientId, kept))) };
  }

  help(
    order: TrainingOrder,
    state: Uint8Array | null,
    averages: TeamAverages,
    onStep: (step: number, tokens: number) => void,
  ): Promise<void> {
    this.#begun();
    return this.#engine.help(order, state, averages, onStep);
  }

  /**
   * What another device kept of this client goes on here, on the rows that were begun with. It is kept here before it is begun with, which may be long
   * after. Returns a handle to begin with.
   */
  async adopt(clientId: string, kept: KeptClient): Promise<string> {
    const { split } = this.#begun().held;
    const handle = this.#hold({ split, settings: null, kept, clientId: null });
    await succeeds(async () => {
      await this.#saveRows(clientId, split);
      await this.#store.saveKept(clientId, kept);
    });
    return handle;
  }

  async confirmSubmitted(key: RoundKey): Promise<void> {
    const { handle, held } = this.#begun();
    const { done } = held.kept;
    if (done?.round !== key.round) return;
    this.#held.set(handle, { ...held, kept: { ...held.kept, done: { ...done, ...key, submitted: true } } });
    const { clientId } = held;
    if (clientId) await succeeds(() => this.#store.saveSubmitted(clientId, key));
  }

  /** What this client's training rows are like. */
  async rowStatistics(): Promise<RowStatistics> {
    this.#begun();
    return this.#engine.rowStatistics();
  }

  /**
   * This client's answer in a step of the secure sum over a round that it has finished, or over what its rows are like.
   * @throws {DuetError} SECURE_REFUSED
   */
  answerSum(request: SumRequest): Promise<Uint8Array<ArrayBuffer>> {
    const { clientId, kept, split } = this.#begun().held;
    const { done } = kept;
    if (clientId !== null && request.what === "statistics") {
      return this.#sums.answer(clientId, { kind: "statistics", own: this.#engine.rowStatistics() }, request);
    }
    if (clientId === null || done?.round !== request.key.round) {
      throw workError("UNEXPECTED", ["nothingToSum", request.key.round]);
    }
    const samples = { train: split.train.length, fusion: split.fusion.length, test: split.test.length };
    const shared = { upload: done.upload ?? new Uint8Array(), metrics: done.metrics, samples };
    return this.#sums.answer(clientId, { kind: "round", shared }, request);
  }

  /** What this client's adapters answered to a few of its test rows, round after round; null where nothing is known of it. */
  async samples(clientId: string): Promise<SampleHistory | null> {
    const kept = await this.#samples.of(clientId);
    const held = [...this.#held.values()].find((client) => client.clientId === clientId);
    const rows = held?.split ?? (await this.#store.rows(clientId));
    return kept && rows && sampleHistory(kept, rows.test);
  }

  forget(clientId: string): Promise<void> {
    // What runs on until its next step must not write of a client that is forgotten.
    this.#samples.forget(clientId);
    for (const [handle, held] of this.#held) if (held.clientId === clientId) this.#held.set(handle, { ...held, clientId: null });
    return this.#store.forget(clientId);
  }

  /** Of a client that had other rows on this device, as one of a team that another member led, answers to those are not shown beside these. */
  async #saveRows(clientId: string, split: DataSplit): Promise<void> {
    const answered = await this.#samples.of(clientId);
    const before = answered && (await this.#store.rows(clientId).catch(() => null));
    if (answered && !(before && areOfSameRows(answered, before.test, split.test))) await this.#samples.renew(clientId);
    await this.#store.saveRows(clientId, split);
  }

  async #resume(round: RoundName, run: Run, onBegun: (beginning: RoundBeginning) => void): Promise<TrainedRound> {
    const found = await this.#find(round);
    if (found === null) onBegun({ kind: "new" });
    else if (found !== "damaged") {
      const { meter } = this.#settings();
      onBegun(beginningOf(found, this.#engine.computedOn(), meter !== null));
      try {
        return await this.#run(round, run, found.state);
      } catch (error) {
        if (!hasCode(error, "STORED_DAMAGED")) throw error;
      }
    }
    if (found !== null) {
      await this.#drop();
      onBegun({ kind: "anew" });
    }
    return this.#run(round, run, null);
  }

  async #run(round: RoundName, { request, onProgress, lead }: Run, from: JournalState | null): Promise<TrainedRound> {
    const on = this.#engine.computedOn();
    const offer = createRoundKeeper(async (state) => {
      const checkpoint = { ...round, on, state, checksum: contentHash(state) };
      this.#underWay = checkpoint;
      const { clientId } = this.#begun().held;
      if (clientId !== null) await succeeds(() => this.#store.saveUnderWay(clientId, checkpoint));
    }, this.#now);
    try {
      return await this.#engine.runRound(request, onProgress, { from, offer }, this.#settings().meter, lead);
    } catch (error) {
      // What failed by itself would fail again: the next try begins anew.
      if (!hasCode(error, "STOPPED", "DEVICE_LOST")) await this.#drop();
      throw error;
    }
  }

  /** What is kept of this very round, and of learning alone whichever attempt it was begun in; of any other it is of no use any more. */
  async #find({ round, attempt, of }: RoundName): Promise<RoundCheckpoint | "damaged" | null> {
    const { clientId } = this.#begun().held;
    try {
      const found = this.#underWay ?? (clientId === null ? null : await this.#store.underWay(clientId));
      const isAttempt = isLocalLearning(round) || found?.attempt === attempt;
      if (found?.round === round && isAttempt && found.of === of) {
        return found.checksum === contentHash(found.state) ? found : "damaged";
      }
      if (found) await this.#drop();
      return null;
    } catch (error) {
      return hasCode(error, "STORED_DAMAGED") ? "damaged" : null;
    }
  }

  async #drop(): Promise<void> {
    this.#underWay = null;
    const { clientId } = this.#begun().held;
    if (clientId !== null) await succeeds(() => this.#store.dropUnderWay(clientId));
  }

  async #identity(request: RoundRequest): Promise<string> {
    const { setup, model } = this.#settings();
    return roundIdentity({ request, setup, model, held: await this.#engine.checkpoint() });
  }

  #settings(): NonNullable<Held["settings"]> {
    const { settings } = this.#begun().held;
    if (!settings) throw workError("UNEXPECTED", ["noClientBegun"]);
    return settings;
  }

  #hold(held: Held): string {
    for (const handle of this.#held.keys()) if (handle !== this.#current) this.#held.delete(handle);
    this.#handles += 1;
    const handle = `rows-${this.#handles}`;
    this.#held.set(handle, held);
    return handle;
  }

  #of(handle: string): Held {
    const held = this.#held.get(handle);
    if (!held) throw workError("ROWS_GONE", ["rowsGone"]);
    return held;
  }

  #begun(): { readonly handle: string; readonly held: Held } {
    if (this.#current === null) throw workError("UNEXPECTED", ["noClientBegun"]);
    return { handle: this.#current, held: this.#of(this.#current) };
  }
}

/** What is run, and with whom. */
interface Run {
  readonly request: RoundRequest;
  readonly onProgress: (progress: Progress) => void;
  readonly lead: TeamLead | null;
}

/** Which round something is kept of. */
type RoundName = Pick<RoundCheckpoint, "round" | "attempt" | "of">;

function beginningOf({ on, state: { training } }: RoundCheckpoint, now: ComputedOn, isPrivate: boolean): RoundBeginning {
  return {
    kind: "resumed",
    training: training && { step: training.state.done, steps: training.steps },
    backend: on.backend,
    isExact: !isPrivate && contentHash(on) === contentHash(now),
    ...(isPrivate ? { isPrivate } : {}),
  };
}

/** Whether a device did as asked: what it cannot keep is lost with the program, and training goes on. */
async function succeeds(write: () => Promise<void>): Promise<boolean> {
  return write().then(
    () => true,
    () => false,
  );
}
