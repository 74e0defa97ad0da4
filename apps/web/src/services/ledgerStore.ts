/** What left this browser's clients, on the device: one row for each entry of a ledger, none of them with a secret in it. */
import type { LedgerStore } from "@duet/client/sentLedger";
import { type SentEntry, sentEntry } from "@duet/lora-core/protocol/sentLedger";
import { type DBSchema, type IDBPDatabase, openDB } from "idb";

interface Schema extends DBSchema {
  /** By owner and name. */
  sent: { key: [string, string]; value: SentEntry };
}

const DATABASE = "duet-sent";
const VERSION = 1;

/** In the IndexedDB of that name, which is opened with its first use. */
export function createLedgerStore(name = DATABASE): LedgerStore {
  let opened: Promise<IDBPDatabase<Schema>> | null = null;
  const open = () => {
    opened ??= openDB<Schema>(name, VERSION, { upgrade: (database) => void database.createObjectStore("sent") });
    return opened;
  };
  /** Names are ASCII. */
  const all = (owner: string) => IDBKeyRange.bound([owner, ""], [owner, "\uffff"]);
  return {
    async load(owner) {
      const transaction = (await open()).transaction("sent");
      const [keys, values] = await Promise.all([transaction.store.getAllKeys(all(owner)), transaction.store.getAll(all(owner))]);
      const read = keys.flatMap(([, entry], index): [string, SentEntry][] => {
        const parsed = sentEntry.safeParse(values[index]);
        return parsed.success ? [[entry, parsed.data]] : [];
      });
      return new Map(read);
    },
    async save(owner, entryName, entry) {
      await (await open()).put("sent", entry, [owner, entryName]);
    },
    async forget(owner) {
      await (await open()).delete("sent", all(owner));
    },
  };
}
