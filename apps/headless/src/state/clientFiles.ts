/**
 * The clients of a state folder on its disk: what a browser keeps in IndexedDB, record by record, each in a file of its own. A record is on
 * the disk before it is acknowledged.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import type { DataSplit } from "@duet/lora-core/data/row";
import { DuetError } from "@duet/lora-core/errors/duetError";
import type { ParticipantState } from "@duet/lora-core/secureAggregation/participant";
import type { ClientStore } from "@duet/lora-engine/training/clientDesk";
import { EMPTY_LEDGER } from "@duet/lora-engine/training/privacyLedger";
import {
  keptClient,
  keptRecord,
  ledgerRecord,
  parsedRecord,
  rowsRecord,
  submittedRecord,
  sumRecord,
  underWayRecord,
} from "@duet/lora-engine/training/storedRecords";
import type { z } from "zod";
import { readPrivateFile, removePrivateFile, writePrivateFile } from "./privateFile.ts";

type RecordName = "rows" | "kept" | "submitted" | "underWay" | "sum";

const LEDGER = "privacy-ledger.bin";

/** `folder` is locked by the caller: nobody else writes there. */
export function createClientFiles(folder: string): ClientStore {
  // The prefix keeps a name such as ".." below this folder.
  const clientFolder = (clientId: string) => join(folder, "clients", `of-${encodeURIComponent(clientId)}`);
  const fileOf = (clientId: string, name: RecordName) => join(clientFolder(clientId), `${name}.bin`);
  const write = (clientId: string, name: RecordName, record: object) =>
    writePrivateFile(fileOf(clientId, name), serialize(record));
  const read = <S extends z.ZodType>(clientId: string, name: RecordName, schema: S) => readRecord(fileOf(clientId, name), schema);

  return {
    async rows(clientId) {
      const record = read(clientId, "rows", rowsRecord);
      return record ? (record.split as DataSplit) : null;
    },
    async saveRows(clientId, split) {
      write(clientId, "rows", { version: 1, split });
    },
    async kept(clientId) {
      const record = read(clientId, "kept", keptRecord);
      return record ? keptClient(record, read(clientId, "submitted", submittedRecord)) : null;
    },
    async saveKept(clientId, { checkpoint, done }) {
      const { submitted: _, ...kept } = done ?? { submitted: false };
      write(clientId, "kept", { version: 1, checkpoint, done: done && kept });
      // After a crash in between it is of a round that is over, and dropped when it is looked for.
      removePrivateFile(fileOf(clientId, "underWay"));
    },
    async saveSubmitted(clientId, { round, attempt }) {
      write(clientId, "submitted", { version: 1, round, attempt });
    },
    async underWay(clientId) {
      const record = read(clientId, "underWay", underWayRecord);
      if (!record) return null;
      const { version: _, ...round } = record;
      return round;
    },
    async saveUnderWay(clientId, round) {
      write(clientId, "underWay", { version: 1, ...round });
    },
    async dropUnderWay(clientId) {
      removePrivateFile(fileOf(clientId, "underWay"));
    },
    async updateLedger(change) {
      const record = readRecord(join(folder, LEDGER), ledgerRecord);
      const { ledger, result } = change(record ? { accounts: record.accounts } : EMPTY_LEDGER);
      writePrivateFile(join(folder, LEDGER), serialize({ version: 1, ...ledger }));
      return result;
    },
    async sum(clientId) {
      const record = read(clientId, "sum", sumRecord);
      return record ? (record.state as unknown as ParticipantState) : null;
    },
    async saveSum(clientId, state) {
      write(clientId, "sum", { version: 1, state });
    },
    async forget(clientId) {
      rmSync(clientFolder(clientId), { recursive: true, force: true });
    },
  };
}

/** Null where there is none. @throws {DuetError} STORED_DAMAGED where it cannot be read. */
function readRecord<S extends z.ZodType>(path: string, schema: S): z.output<S> | null {
  const content = readPrivateFile(path);
  return content === null ? null : parsedRecord(deserialized(content), schema);
}

function deserialized(content: Buffer): unknown {
  try {
    return deserialize(content);
  } catch (cause) {
    throw new DuetError("STORED_DAMAGED", "What this device kept of this client is damaged", { cause });
  }
}
