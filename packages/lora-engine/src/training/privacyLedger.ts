/**
 * What training with differential privacy has spent on this device, of every set of rows that it was on: for all federations together, and
 * for longer than any of them. It never shrinks.
 */
import { sha256Of } from "@duet/lora-core/checkpoints/sha256";
import type { Row } from "@duet/lora-core/data/row";
import { composed, type Mechanism } from "@duet/lora-core/differentialPrivacy/mechanism";

/** Of a set of training rows. */
export interface PrivacyAccount {
  /** {@link rowDigests} */
  readonly rows: readonly string[];
  readonly spent: readonly Mechanism[];
  /** The noise multiplier of each federation on these rows, by what identifies its settings: calibrated once, the same after a reload. */
  readonly noise: Readonly<Record<string, number>>;
}

/** Plain data that survives a structured clone. */
export interface PrivacyLedger {
  readonly accounts: readonly PrivacyAccount[];
}

export const EMPTY_LEDGER: PrivacyLedger = { accounts: [] };

/** Where a device keeps its ledger. */
export interface LedgerStore {
  /**
   * Replaces the ledger by what `change` makes of it, and is written down when it resolves, whatever happens to the program. No other tab reads or
   * writes in between. Rejects, with nothing changed, where the device cannot keep it.
   */
  updateLedger<T>(change: (ledger: PrivacyLedger) => { readonly ledger: PrivacyLedger; readonly result: T }): Promise<T>;
}

/** Hex digits of a row's digest: 64 bits, so that two of a million rows agree once in 37 million such sets. */
const DIGEST_LENGTH = 16;

/** What rows are known by, sorted: their inputs, whatever their answer, case and white space. */
export function rowDigests(rows: readonly Row[]): readonly string[] {
  const digest = ({ input }: Row) => sha256Of(new TextEncoder().encode(input.trim().toLowerCase().replace(/\s+/g, " ")));
  return [...new Set(rows.map((row) => digest(row).slice(0, DIGEST_LENGTH)))].sort();
}

/** What was spent on any of these rows: all accounts that share one with them, after each other. */
export function spentOn({ accounts }: PrivacyLedger, rows: readonly string[]): readonly Mechanism[] {
  const these = new Set(rows);
  const touched = accounts.filter((account) => account.rows.some((row) => these.has(row)));
  return touched.reduce<readonly Mechanism[]>((sum, { spent }) => composed(sum, spent), []);
}

/** The account of exactly these rows; a new one where there is none. */
export function accountOf({ accounts }: PrivacyLedger, rows: readonly string[]): PrivacyAccount {
  return accounts.find((account) => isSame(account.rows, rows)) ?? { rows, spent: [], noise: {} };
}

/** The ledger with this account in place of the one of the same rows. */
export function withAccount({ accounts }: PrivacyLedger, account: PrivacyAccount): PrivacyLedger {
  return { accounts: [...accounts.filter(({ rows }) => !isSame(rows, account.rows)), account] };
}

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((digest, i) => digest === b[i]);

/** A ledger that ends with the program: for simulations. */
export function createMemoryLedger(): LedgerStore {
  let kept = EMPTY_LEDGER;
  return {
    async updateLedger(change) {
      const { ledger, result } = change(kept);
      kept = ledger;
      return result;
    },
  };
}
