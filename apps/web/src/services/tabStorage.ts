/**
 * What a tab keeps on this device to come back as the same client: who it is (sessionStorage: this tab alone), its rows and its
 * checkpoint (IndexedDB). None of it leaves the device. Organiser keys are kept in localStorage: any tab of this browser.
 */
import type { ClientCheckpoint } from "@duet/lora-core/contract/clientRound";
import type { Confusion } from "@duet/lora-core/data/classificationMetrics";
import type { DataSplit } from "@duet/lora-core/data/task";
import type { RoundMetrics } from "@duet/lora-core/protocol/metrics";

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import { z } from "zod";

const member = z.object({
  federationId: z.string(),
  inviteToken: z.string(),
  name: z.string(),
  clientId: z.string(),
  resumeToken: z.string(),
});
/** A client of a federation, as this tab remembers itself. */
export type Member = z.output<typeof member>;

const organiser = z.object({ inviteToken: z.string(), watchToken: z.string(), organiserKey: z.string() });
/** The secrets of a federation that this browser created. */
export type OrganiserSecrets = z.output<typeof organiser>;

/** The newest round's result, kept so that it can be sent again without training again. */
export interface DoneRound {
  readonly round: number;
  readonly attempt: number;
  readonly submitted: boolean;
  readonly upload: Uint8Array | null;
  readonly metrics: RoundMetrics;
  /** Of the served adapter on this tab's test rows, after fusing; never sent. */
  readonly confusion: Confusion | null;
}

export interface ClientRecord {
  readonly split: DataSplit;
  /** After the last finished round, or an adapter to start from; null for the federation's seeded start. */
  readonly checkpoint: ClientCheckpoint | null;
  readonly done: DoneRound | null;
  readonly savedAt: number;
}

export interface TabStorage {
  member(federationId: string): Member | null;
  saveMember(member: Member): void;
  forgetMember(federationId: string): void;
  organiser(federationId: string): OrganiserSecrets | null;
  saveOrganiser(federationId: string, secrets: OrganiserSecrets): void;
  record(clientId: string): Promise<ClientRecord | null>;
  saveRecord(clientId: string, record: ClientRecord): Promise<void>;
  forgetRecord(clientId: string): Promise<void>;
}

interface Schema extends DBSchema {
  clients: { key: string; value: ClientRecord };
}

export function createTabStorage(): TabStorage {
  let opened: Promise<IDBPDatabase<Schema>> | null = null;
  const database = () => {
    opened ??= openDB<Schema>("duet", 1, { upgrade: (db) => void db.createObjectStore("clients") });
    return opened;
  };
  return {
    member: (federationId) => read(sessionStorage, memberKey(federationId), member),
    saveMember: (value) => sessionStorage.setItem(memberKey(value.federationId), JSON.stringify(value)),
    forgetMember: (federationId) => sessionStorage.removeItem(memberKey(federationId)),
    organiser: (federationId) => read(localStorage, organiserKey(federationId), organiser),
    saveOrganiser: (federationId, secrets) => localStorage.setItem(organiserKey(federationId), JSON.stringify(secrets)),
    record: async (clientId) => (await (await database()).get("clients", clientId)) ?? null,
    saveRecord: async (clientId, record) => void (await (await database()).put("clients", record, clientId)),
    forgetRecord: async (clientId) => (await database()).delete("clients", clientId),
  };
}

const memberKey = (federationId: string) => `duet:member:${federationId}`;
const organiserKey = (federationId: string) => `duet:organiser:${federationId}`;

function read<S extends z.ZodType>(storage: Storage, key: string, schema: S): z.output<S> | null {
  try {
    return schema.parse(JSON.parse(storage.getItem(key) ?? "null"));
  } catch {
    return null;
  }
}
