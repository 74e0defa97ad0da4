/**
 * What the page itself keeps in this browser, no rows among it: who this tab is (sessionStorage: this tab alone), what it has sent, and
 * organiser keys (localStorage: any tab of this browser). Rows and adapters are the worker's to keep (worker/clientStore.ts).
 */
import { clientIdentity, type IdentityStore } from "@duet/client/clientIdentity";
import { type LedgerStore, sentTotals } from "@duet/client/sentLedger";
import { z } from "zod";

const organiser = z.object({
  /** Of this record's form. Records from before it had one are of the first. */
  version: z.literal(1).default(1),
  inviteToken: z.string(),
  watchToken: z.string(),
  organiserKey: z.string(),
});
/** The secrets of a federation that this browser created. */
export type OrganiserSecrets = z.output<typeof organiser>;

export interface TabStorage extends IdentityStore, LedgerStore {
  organiser(federationId: string): OrganiserSecrets | null;
  saveOrganiser(federationId: string, secrets: Omit<OrganiserSecrets, "version">): void;
}

export function createTabStorage(): TabStorage {
  return {
    identity: (federationId) => read(sessionStorage, identityKey(federationId), clientIdentity),
    saveIdentity: (value) => sessionStorage.setItem(identityKey(value.federationId), JSON.stringify(value)),
    forgetIdentity: (federationId) => sessionStorage.removeItem(identityKey(federationId)),
    ledger: () => read(sessionStorage, LEDGER_KEY, sentTotals),
    saveLedger(totals) {
      try {
        sessionStorage.setItem(LEDGER_KEY, JSON.stringify(totals));
      } catch {
        // Full: the ledger then counts on in memory only.
      }
    },
    organiser: (federationId) => read(localStorage, organiserKey(federationId), organiser),
    saveOrganiser: (federationId, { inviteToken, watchToken, organiserKey: key }) =>
      localStorage.setItem(
        organiserKey(federationId),
        JSON.stringify({ version: 1, inviteToken, watchToken, organiserKey: key }),
      ),
  };
}

const LEDGER_KEY = "duet:ledger";
const identityKey = (federationId: string) => `duet:member:${federationId}`;
const organiserKey = (federationId: string) => `duet:organiser:${federationId}`;

function read<S extends z.ZodType>(storage: Storage, key: string, schema: S): z.output<S> | null {
  try {
    return schema.parse(JSON.parse(storage.getItem(key) ?? "null"));
  } catch {
    return null;
  }
}
