/** Federations that still wait for the adapter they start from: nobody sees one until it has arrived, and a restart forgets it. */
import { readFile } from "node:fs/promises";
import { decodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import type { BlobRef } from "@duet/lora-core/protocol/blobs";
import { wholeAdapter } from "@duet/lora-core/strategies/uploadCodec";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import type { ComputeThreads } from "../compute/computeThreads.ts";
import type { Cancel, Clock } from "../ports/clock.ts";
import { Refusal } from "../refusal.ts";
import type { FederationRecord } from "../storage/federationRecord.ts";
import type { Storage } from "../storage/openStorage.ts";
import type { PendingUploads, Piece, Receive } from "../storage/pendingUploads.ts";
import type { Federation } from "./federation.ts";

/** A draft that gets nothing for this long is given up. */
const IDLE_MS = 10 * 60_000;
const MAX_DRAFTS = 50;
const ORGANISER = "organiser";

export interface FederationDrafts {
  readonly size: number;
  /** @throws {Refusal} RATE_LIMITED when too many wait already; a system error. */
  add(record: FederationRecord, federation: Federation): Promise<void>;
  /** Null when there is no such draft. */
  record(federationId: string): FederationRecord | null;
  /**
   * How the adapter of a draft is received; with the last piece the federation is made. What it returns throws a {@link Refusal}
   * INVALID_ADAPTER or a system error.
   */
  upload(federationId: string): Receive;
  /** Stops its timers. */
  close(): void;
}

interface Draft {
  readonly record: FederationRecord;
  readonly federation: Federation;
  readonly uploads: Promise<PendingUploads>;
  /** The federation is being made; who repeats the last piece waits for it. */
  making: Promise<void> | null;
  giveUp: Cancel;
}

export interface DraftParts {
  readonly storage: Storage;
  readonly compute: ComputeThreads;
  readonly clock: Clock;
  /** Stores the federation and opens it. */
  readonly make: (record: FederationRecord, initial: NamedTensors) => Promise<void>;
}

export function createFederationDrafts({ storage, compute, clock, make }: DraftParts): FederationDrafts {
  const drafts = new Map<string, Draft>();

  const drop = async (federationId: string): Promise<void> => {
    drafts.get(federationId)?.giveUp();
    drafts.delete(federationId);
    // What cannot be deleted now is at the next start.
    await storage.deleteUploads(federationId).catch(() => {});
  };
  const giveUpLater = (federationId: string) => clock.at(clock.now() + IDLE_MS, () => void drop(federationId));

  async function complete(draft: Draft, blob: BlobRef): Promise<void> {
    const { record, federation } = draft;
    const file = await (await draft.uploads).file(ORGANISER, blob);
    if (file === null) throw new Refusal("BLOB_MISSING", ["damagedOnItsWay"]);
    try {
      await compute.run("check", { file, form: wholeAdapter(federation.layout) });
      await make(record, decodeAdapter(await readFile(file), federation.layout));
    } catch (error) {
      if (error instanceof Refusal) await drop(record.federationId);
      throw error;
    }
    await drop(record.federationId);
  }

  async function receive(draft: Draft, blob: BlobRef, piece: Piece): Promise<number> {
    assertNamed(draft, blob);
    draft.giveUp();
    draft.giveUp = giveUpLater(draft.record.federationId);
    const received = await (await draft.uploads).receive(ORGANISER, blob, piece);
    if (received < blob.bytes) return received;
    draft.making ??= complete(draft, blob).finally(() => {
      draft.making = null;
    });
    await draft.making;
    return received;
  }

  return {
    get size() {
      return drafts.size;
    },
    async add(record, federation) {
      const { federationId } = record;
      if (drafts.size >= MAX_DRAFTS) throw new Refusal("RATE_LIMITED", ["draftsFull"]);
      const uploads = storage.uploads(federationId);
      // It counts before anything is awaited.
      drafts.set(federationId, { record, federation, uploads, making: null, giveUp: giveUpLater(federationId) });
      await uploads;
    },
    record: (federationId) => drafts.get(federationId)?.record ?? null,
    upload(federationId) {
      const draft = drafts.get(federationId);
      if (!draft) throw new Refusal("NOT_FOUND", ["noFederation"]);
      return (blob, piece) => receive(draft, blob, piece);
    },
    close() {
      for (const { giveUp } of drafts.values()) giveUp();
      drafts.clear();
    },
  };
}

/** @throws {Refusal} INVALID_ADAPTER unless the blob is the one that the config names, of the right size. */
function assertNamed({ record, federation }: Draft, { sha256, bytes }: BlobRef): void {
  const { initialAdapter } = record.config;
  if (sha256 !== initialAdapter) throw new Refusal("INVALID_ADAPTER", ["startsFrom", String(initialAdapter)]);
  if (bytes !== federation.adapterBytes) {
    throw new Refusal("INVALID_ADAPTER", ["otherStartSize", federation.adapterBytes, bytes]);
  }
}
