/** What a tab has sent, by what it was, for the panel that counts it. Pure. */
import { UPLOAD_NAMES } from "@duet/client/sentSentences";
import type { SentEntry } from "@duet/lora-core/protocol/sentLedger";

export const SENT_KINDS = ["updates", "masked", "keys", "team", "reports"] as const;
export type SentKind = (typeof SENT_KINDS)[number];

export interface SentGroup {
  readonly kind: SentKind;
  /** Uploads or messages. */
  readonly count: number;
  readonly bytes: number;
}

/** Those of which something left. */
export function sentGroups(entries: readonly SentEntry[]): readonly SentGroup[] {
  return SENT_KINDS.flatMap((kind) => {
    const of = entries.filter((entry) => kindOf(entry) === kind);
    const sum = (pick: (entry: SentEntry) => number) => of.reduce((total, entry) => total + pick(entry), 0);
    return of.length === 0 ? [] : [{ kind, count: sum(({ messages }) => messages), bytes: sum(({ bytes }) => bytes) }];
  });
}

/** Of a secure sum only the step with the update in it is one. */
function kindOf({ upload, event }: SentEntry): SentKind {
  if (event === UPLOAD_NAMES.team) return "team";
  if (upload === null) return "reports";
  if (upload.step === null) return "updates";
  return upload.step === "input" ? "masked" : "keys";
}
