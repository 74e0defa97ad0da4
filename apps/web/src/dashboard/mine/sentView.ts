/** What a tab has sent, by what it was, for the panel that counts it. Pure. */
import { type SentSaying, UPLOAD_NAMES } from "@duet/client/sentSentences";
import type { SentEntry } from "@duet/lora-core/protocol/sentLedger";

export const SENT_KINDS = ["start", "updates", "masked", "maskedFigures", "maskedCounts", "keys", "team", "reports"] as const;
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

/** The adapter that everybody starts from is of no round. Of a secure sum one step holds what is summed. */
function kindOf({ upload, event, told }: SentEntry): SentKind {
  if (event === UPLOAD_NAMES.team) return "team";
  if (upload === null) return event === UPLOAD_NAMES.adapter ? "start" : "reports";
  if (upload.step === null) return "updates";
  return upload.step === "input" ? summedKind(told) : "keys";
}

/** What is summed is mostly an update; entries of before do not tell. */
function summedKind(told: SentEntry["told"]): SentKind {
  const says = (...names: readonly SentSaying[0][]) => told?.some(([name]) => names.some((one) => one === name)) ?? false;
  if (says("sumStatistics", "sumStatisticsOfYours")) return "maskedCounts";
  return says("sumCounts") ? "maskedFigures" : "masked";
}
