/**
 * A client where its rows lie: holds rows, trains, and keeps rows and results on the device. Whoever directs it (a page, a program)
 * names rows by a handle and never sees one. Rows are written once, results after every round.
 */
import type { ClientCheckpoint, KeptClient, RoundKey, RoundRequest } from "@duet/lora-core/contract/clientRound";
import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import type { DataSplit } from "@duet/lora-core/data/row";
import { DuetError } from "@duet/lora-core/errors/duetError";
import type { Progress, SampleCounts } from "@duet/lora-core/protocol/metrics";
import { clientSeedOf } from "./clientSeed.ts";
import type { TrainingEngine } from "./trainingEngine.ts";

/** Where a device keeps its clients, by their ids. Everything may reject: a device can be full or forbid it. */
export interface ClientStore {
  rows(clientId: string): Promise<DataSplit | null>;
  saveRows(clientId: string, split: DataSplit): Promise<void>;
  kept(clientId: string): Promise<KeptClient | null>;
  saveKept(clientId: string, kept: KeptClient): Promise<void>;
  /** The kept result is with the coordinator, for this attempt. */
  saveSubmitted(clientId: string, key: RoundKey): Promise<void>;
  forget(clientId: string): Promise<void>;
}

export interface BeginRows {
  readonly rows: string;
  readonly setup: Omit<EngineSetup, "clientSeed">;
  readonly start: ClientCheckpoint | null;
}

interface Held {
  readonly split: DataSplit;
  readonly kept: KeptClient;
  /** Kept on the device under this id; null when it is not. */
  readonly clientId: string | null;
}

/** `engine` must be open before {@link ClientDesk.begin}; it stays the caller's. */
export class ClientDesk {
  readonly #engine: TrainingEngine;
  readonly #store: ClientStore;
  readonly #held = new Map<string, Held>();
  #handles = 0;
  /** Whose rounds are run. */
  #current: string | null = null;

  constructor(engine: TrainingEngine, store: ClientStore) {
    this.#engine = engine;
    this.#store = store;
  }

  /** Takes rows in place of those that were held and not begun with. Returns their handle. */
  hold(split: DataSplit): string {
    return this.#hold({ split, kept: { checkpoint: null, done: null }, clientId: null });
  }

  async recall(clientId: string): Promise<(KeptClient & { readonly rows: string }) | null> {
    const split = await this.#store.rows(clientId);
    if (!split) return null;
    const kept = (await this.#store.kept(clientId)) ?? { checkpoint: null, done: null };
    return { ...kept, rows: this.#hold({ split, kept, clientId }) };
  }

  /** @throws {DuetError} ROWS_GONE for a handle of rows that are held no more. */
  async begin({ rows, setup, start }: BeginRows): Promise<SampleCounts> {
    const held = this.#of(rows);
    const counts = await this.#engine.prepare({ ...setup, clientSeed: clientSeedOf(held.split) }, held.split);
    const checkpoint = held.kept.checkpoint ?? start;
    if (checkpoint) await this.#engine.restore(checkpoint);
    this.#held.set(rows, { ...held, kept: { ...held.kept, checkpoint } });
    this.#current = rows;
    return counts;
  }

  async keepAs(clientId: string): Promise<boolean> {
    const { handle, held } = this.#begun();
    if (held.clientId === clientId) return true;
    this.#held.set(handle, { ...held, clientId });
    return succeeds(async () => {
      await this.#store.saveRows(clientId, held.split);
      await this.#store.saveKept(clientId, held.kept);
    });
  }

  async runRound(key: RoundKey, request: RoundRequest, onProgress: (progress: Progress) => void) {
    const { handle, held } = this.#begun();
    const result = await this.#engine.runRound(request, onProgress);
    const done = { ...key, ...result, submitted: false };
    const kept = { checkpoint: await this.#engine.checkpoint(), done };
    this.#held.set(handle, { ...held, kept });
    const { clientId } = held;
    return { ...kept, isKept: clientId !== null && (await succeeds(() => this.#store.saveKept(clientId, kept))) };
  }

  async confirmSubmitted(key: RoundKey): Promise<void> {
    const { handle, held } = this.#begun();
    const { done } = held.kept;
    if (done?.round !== key.round) return;
    this.#held.set(handle, { ...held, kept: { ...held.kept, done: { ...done, ...key, submitted: true } } });
    const { clientId } = held;
    if (clientId) await succeeds(() => this.#store.saveSubmitted(clientId, key));
  }

  forget(clientId: string): Promise<void> {
    return this.#store.forget(clientId);
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
    if (!held) throw new DuetError("ROWS_GONE", "The rows that were connected are no longer at hand");
    return held;
  }

  #begun(): { readonly handle: string; readonly held: Held } {
    if (this.#current === null) throw new DuetError("UNEXPECTED", "No client has begun");
    return { handle: this.#current, held: this.#of(this.#current) };
  }
}

/** Whether a device did as asked: what it cannot keep is lost with the program, and training goes on. */
async function succeeds(write: () => Promise<void>): Promise<boolean> {
  return write().then(
    () => true,
    () => false,
  );
}
