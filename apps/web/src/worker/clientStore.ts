/**
 * The clients of this browser on its disk (IndexedDB): rows once, results after every round, a round that is under way every few
 * seconds, and before every private step what it spends. Only the worker opens it. What the records are says
 * lora-engine/training/storedRecords.ts.
 */

import { checkpoint, roundResult } from "@duet/lora-core/contract/keptSchemas";
import type { DataSplit } from "@duet/lora-core/data/row";
import { workError } from "@duet/lora-core/errors/workError";
import type { ParticipantState } from "@duet/lora-core/secureAggregation/participant";
import type { ClientStore } from "@duet/lora-engine/training/clientDesk";
import { EMPTY_LEDGER } from "@duet/lora-engine/training/privacyLedger";
import type { RoundCheckpoint } from "@duet/lora-engine/training/roundCheckpoint";
import {
  keptClient,
  keptRecord,
  ledgerRecord,
  parsedRecord,
  rowsRecord,
  samplesRecord,
  split,
  submittedRecord,
  sumRecord,
  underWayRecord,
} from "@duet/lora-engine/training/storedRecords";
import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB, type StoreNames } from "idb";
import { z } from "zod";

/** Of the database: which object stores there are. */
const DATABASE_VERSION = 6;

/** There is one ledger. */
const LEDGER = "ledger";
/** What database version 1 kept of a client in one record, rows included. */
const firstRecord = z.object({
  split,
  checkpoint: checkpoint.nullable(),
  done: roundResult.extend({ submitted: z.boolean() }).nullable(),
});

interface Schema extends DBSchema {
  rows: { key: string; value: unknown };
  kept: { key: string; value: unknown };
  submitted: { key: string; value: unknown };
  underWay: { key: string; value: unknown };
  privacy: { key: string; value: unknown };
  sums: { key: string; value: unknown };
  samples: { key: string; value: unknown };
}
/** By the version of the database that brought them; version 5 brought what rounding lost, in `kept`. */
const STORES = { 2: ["rows", "kept", "submitted"], 3: ["underWay"], 4: ["privacy", "sums"], 6: ["samples"] } as const;
/** Those that go with a client. */
const OF_CLIENTS = [...STORES[2], ...STORES[3], "sums", "samples"] as const;
type Database = IDBPDatabase<Schema>;

/** What is kept of a client beside the privacy ledger. */
export type KeptPart = "rows" | "adapters";
/** What a secure sum under way remembers, a round under way, and answers to rows are made of rows. */
const STORES_OF: Readonly<Record<KeptPart, readonly StoreNames<Schema>[]>> = {
  rows: ["rows", "underWay", "sums", "samples"],
  adapters: ["kept", "submitted", "underWay", "samples"],
};

export interface BrowserClientStore extends ClientStore {
  /** Of {@link ClientStore.forget} only these. Returns how many rows, and whether adapters, there were. */
  forgetParts(clientId: string, parts: readonly KeptPart[]): Promise<{ readonly rows: number; readonly adapters: boolean }>;
}

/** `name` is the database's; it is opened at the first use. */
export function createClientStore(name = "duet"): BrowserClientStore {
  let opened: Promise<Database> | null = null;
  const database = () => {
    opened ??= open(name).catch((error: unknown) => {
      opened = null;
      throw error;
    });
    return opened;
  };
  const read = async <S extends z.ZodType>(store: StoreNames<Schema>, clientId: string, schema: S) =>
    parsedRecord(await (await database()).get(store, clientId), schema);
  return {
    async rows(clientId) {
      const record = await read("rows", clientId, rowsRecord);
      return record ? (record.split as DataSplit) : null;
    },
    async saveRows(clientId, held) {
      await (await database()).put("rows", { version: 1, split: held }, clientId);
    },
    async kept(clientId) {
      const record = await read("kept", clientId, keptRecord);
      if (!record) return null;
      const sent = await read("submitted", clientId, submittedRecord);
      return keptClient(record, sent);
    },
    async saveKept(clientId, { checkpoint: held, done }) {
      const { submitted: _, ...kept } = done ?? { submitted: false };
      const transaction = (await database()).transaction(["kept", "underWay"], "readwrite");
      await Promise.all([
        transaction.objectStore("kept").put({ version: 1, checkpoint: held, done: done && kept }, clientId),
        transaction.objectStore("underWay").delete(clientId),
        transaction.done,
      ]);
    },
    async saveSubmitted(clientId, { round, attempt }) {
      await (await database()).put("submitted", { version: 1, round, attempt }, clientId);
    },
    async underWay(clientId) {
      const record = await read("underWay", clientId, underWayRecord);
      if (!record) return null;
      const { version: _, ...round } = record;
      return round satisfies RoundCheckpoint;
    },
    async saveUnderWay(clientId, round) {
      await (await database()).put("underWay", { version: 1, ...round }, clientId);
    },
    async dropUnderWay(clientId) {
      await (await database()).delete("underWay", clientId);
    },
    async updateLedger(change) {
      // Written through: what was spent must not come back after a crash.
      const transaction = (await database()).transaction("privacy", "readwrite", { durability: "strict" });
      const record = parsedRecord(await transaction.store.get(LEDGER), ledgerRecord);
      const { ledger, result } = change(record ? { accounts: record.accounts } : EMPTY_LEDGER);
      await Promise.all([transaction.store.put({ version: 1, ...ledger }, LEDGER), transaction.done]);
      return result;
    },
    async sum(clientId) {
      const record = await read("sums", clientId, sumRecord);
      return record ? (record.state as unknown as ParticipantState) : null;
    },
    async saveSum(clientId, state) {
      await (await database()).put("sums", { version: 1, state }, clientId);
    },
    samples: {
      async of(clientId) {
        const record = await read("samples", clientId, samplesRecord);
        return record && { places: record.places, rounds: record.rounds };
      },
      async save(clientId, samples) {
        await (await database()).put("samples", { version: 1, ...samples }, clientId);
      },
    },
    async forgetParts(clientId, parts) {
      const db = await database();
      // What cannot be read is forgotten as well.
      const held = await read("rows", clientId, rowsRecord).catch(() => null);
      const all = held ? [held.split.train, held.split.fusion, held.split.test] : [];
      const adapters = parts.includes("adapters") && (await db.getKey("kept", clientId)) !== undefined;
      await Promise.all(parts.flatMap((part) => STORES_OF[part]).map((store) => db.delete(store, clientId)));
      return { rows: parts.includes("rows") ? all.reduce((sum, part) => sum + part.length, 0) : 0, adapters };
    },
    async forget(clientId) {
      const db = await database();
      await Promise.all(OF_CLIENTS.map((store) => db.delete(store, clientId)));
    },
  };
}

/** @throws {DuetError} STORED_NEWER when a newer Duet has been here. */
async function open(name: string): Promise<Database> {
  try {
    return await openDB<Schema>(name, DATABASE_VERSION, {
      async upgrade(db, oldVersion, _, transaction) {
        if (oldVersion < 2) for (const store of STORES[2]) db.createObjectStore(store);
        if (oldVersion < 3) for (const store of STORES[3]) db.createObjectStore(store);
        if (oldVersion < 4) for (const store of STORES[4]) db.createObjectStore(store);
        if (oldVersion < 6) for (const store of STORES[6]) db.createObjectStore(store);
        if (oldVersion === 1) await splitFirstRecords(db, transaction);
      },
      // A newer page wants to upgrade: this one must let go.
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    });
  } catch (error) {
    if (!(error instanceof DOMException && error.name === "VersionError")) throw error;
    throw workError("STORED_NEWER", ["writtenByNewer"], { cause: error });
  }
}

/** From version 1, which had everything of a client in one record. What cannot be read there is dropped: nothing could. */
async function splitFirstRecords(
  db: Database,
  transaction: IDBPTransaction<Schema, StoreNames<Schema>[], "versionchange">,
): Promise<void> {
  const old = db as unknown as IDBPDatabase;
  const first = (transaction as unknown as IDBPTransaction<unknown, string[], "versionchange">).objectStore("clients");
  for (let cursor = await first.openCursor(); cursor; cursor = await cursor.continue()) {
    const record = firstRecord.safeParse(cursor.value);
    if (!record.success) continue;
    const clientId = String(cursor.key);
    const { split: held, checkpoint: at, done } = record.data;
    await transaction.objectStore("rows").put({ version: 1, split: held }, clientId);
    const { submitted, ...kept } = done ?? { submitted: false };
    await transaction.objectStore("kept").put({ version: 1, checkpoint: at, done: done && kept }, clientId);
    if (done && submitted) {
      const { round, attempt } = done;
      await transaction.objectStore("submitted").put({ version: 1, round, attempt }, clientId);
    }
  }
  old.deleteObjectStore("clients");
}
