/** Deleting of this browser what it keeps of a federation. */
import { type LedgerStore, ledgerOwner } from "@duet/client/sentLedger";
import type { TabEngine } from "../worker/tabEngine.ts";
import type { TabStorage } from "./tabStorage.ts";

/** What a person may have forgotten, each by itself. */
export const PARTS = ["rows", "adapters", "ledger", "identity"] as const;
export type ForgettablePart = (typeof PARTS)[number];

/** What there was, and is no more. */
export interface Forgotten {
  readonly rows: number;
  readonly adapters: boolean;
  /** Entries of the list of what left. */
  readonly entries: number;
  readonly identity: boolean;
}

export interface KeepingPlaces {
  readonly storage: TabStorage;
  readonly ledgers: LedgerStore;
  readonly engine: () => TabEngine;
}

/** Of a federation in which this tab takes part no more. */
export async function forgetParts(
  { storage, ledgers, engine }: KeepingPlaces,
  federationId: string,
  parts: readonly ForgettablePart[],
): Promise<Forgotten> {
  const clientId = storage.clientOf(federationId);
  const known = storage.identity(federationId);
  const kept = parts.filter((part) => part === "rows" || part === "adapters");
  const { rows, adapters } =
    clientId !== null && kept.length > 0 ? await engine().forgetParts(clientId, kept) : { rows: 0, adapters: false };
  if (parts.includes("adapters")) storage.saveUsesAlone(federationId, false);
  let entries = 0;
  if (known && parts.includes("ledger")) {
    const owner = ledgerOwner(known);
    entries = (await ledgers.load(owner)).size;
    await ledgers.forget(owner);
  }
  if (parts.includes("identity")) {
    storage.forgetIdentity(federationId);
    storage.forgetPast(federationId);
  }
  return { rows, adapters, entries, identity: parts.includes("identity") };
}
