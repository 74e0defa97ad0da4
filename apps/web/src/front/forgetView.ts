/** What may be forgotten of a federation in this browser, and what was, in words. Pure. */

import { words as common } from "../lib/words.ts";
import type { Forgotten } from "../services/forgetting.ts";
import { words } from "./past/words.ts";

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
