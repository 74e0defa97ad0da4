/** What may be forgotten of a federation in this browser, and what was, in words. Pure. */

import { words as common } from "../lib/words.ts";
import type { ForgettablePart, Forgotten } from "../services/appServices.ts";
import { words } from "./past/words.ts";

/** What each part is, and what is lost with it. */
export const PARTS: readonly { readonly part: ForgettablePart; readonly label: string; readonly lost: string }[] = [
  {
    part: "rows",
    get label() {
      return words.forgetView.rows;
    },
    get lost() {
      return words.forgetView.rowsLost;
    },
  },
  {
    part: "adapters",
    get label() {
      return words.forgetView.adapters;
    },
    get lost() {
      return words.forgetView.adaptersLost;
    },
  },
  {
    part: "ledger",
    get label() {
      return words.forgetView.ledger;
    },
    get lost() {
      return words.forgetView.ledgerLost;
    },
  },
  {
    part: "identity",
    get label() {
      return words.forgetView.identity;
    },
    get lost() {
      return words.forgetView.identityLost;
    },
  },
];

/** "Forgotten of Ward notes: 160 rows, your adapters." */
export function forgottenWords(name: string, { rows, adapters, entries, identity }: Forgotten): string {
  const parts = [
    ...(rows > 0 ? [common.counts.rows(rows)] : []),
    ...(adapters ? [words.forgetView.yourAdapters] : []),
    ...(entries > 0 ? [words.forgetView.ledgerEntries(entries)] : []),
    ...(identity ? [words.forgetView.whoYouWere] : []),
  ];
  const what = parts.length === 0 ? words.forgetView.nothing : words.forgetView.forgotten(parts.join(common.listing.comma));
  return words.forgetView.forgottenOf(name, what);
}
