/** What a scan for personal data found, in words. Pure. */

import { MASKS, type PersonalKind } from "@duet/lora-core/data/personalData/personalKind";
import type { KindReport, PersonalReport } from "@duet/lora-core/data/personalData/personalReport";
import { words as common } from "../lib/words.ts";
import { words } from "./words.ts";

export interface KindView {
  readonly kind: PersonalKind;
  /** "12 mail addresses" */
  readonly label: string;
  /** Rows' content: stays on the screen. */
  readonly examples: string;
  readonly mark: string;
}

export const kindView = ({ kind, count, examples }: KindReport): KindView => ({
  kind,
  label: words.personalView.kinds[kind](count),
  examples: examples.map((example) => words.personalView.quoted(example)).join(common.listing.comma),
  mark: MASKS[kind],
});

/** What is masked, or would be. */
export const titleOf = ({ rows, rowsFound }: PersonalReport): string => words.personalView.title(rowsFound, rows);
