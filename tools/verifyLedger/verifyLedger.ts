/** Replays a ledger against what a coordinator has on record of its client. Pure. */

import { hasFigures } from "@duet/lora-core/protocol/figures";
import { messages } from "@duet/lora-core/protocol/messages";
import type { Received, ReceivedItem } from "@duet/lora-core/protocol/received";
import type { LedgerFile, SentEntry, UploadName } from "@duet/lora-core/protocol/sentLedger";

/**
 * stored: recorded as sent, and the content is still there; recorded: recorded as sent, the content is not kept any more; different: what is
 * recorded or stored is something else; absent: nothing is recorded, as it came too late or did not count; unlisted: recorded, and the
 * ledger knows nothing of it; message: no contribution, which coordinators do not keep.
 */
export type Verdict = "stored" | "recorded" | "different" | "absent" | "unlisted" | "message";

export interface Finding {
  readonly verdict: Verdict;
  /** What it is about. */
  readonly what: string;
  /** What was found, for people. */
  readonly words: string;
}

export interface Verification {
  readonly findings: readonly Finding[];
  /** Nothing is different, and nothing is there that the ledger does not list. */
  readonly isSound: boolean;
}

export function verifyLedger(ledger: LedgerFile, received: Received): Verification {
  const findings = [...ledger.entries.map((entry) => findingOf(entry, received.items)), ...unlisted(ledger, received.items)];
  return { findings, isSound: findings.every(({ verdict }) => verdict !== "different" && verdict !== "unlisted") };
}

const isSame = (a: UploadName, b: UploadName) => a.round === b.round && a.attempt === b.attempt && a.step === b.step;

function findingOf(entry: SentEntry, items: readonly ReceivedItem[]): Finding {
  const { upload, event } = entry;
  if (!upload) return { verdict: "message", what: event, words: entry.madeFrom };
  const what = `${event}, ${nameOf(upload)}`;
  const named = items.filter((item) => isSame(item, upload) && (item.bytes > 0 || item.sha256 !== null));
  const same = named.find(({ sha256 }) => sha256 === entry.sha256);
  if (same) return contentOf(what, same);
  if (named.length === 0) return { verdict: "absent", what, words: "nothing is recorded: it came too late, or did not count" };
  if (named.every(({ sha256 }) => sha256 === null)) {
    return { verdict: "recorded", what, words: "recorded before hashes were kept: only that something came is known" };
  }
  return { verdict: "different", what, words: `the ledger says ${entry.sha256}, the coordinator ${named[0]?.sha256}` };
}

function contentOf(what: string, { sha256, storedSha256 }: ReceivedItem): Finding {
  if (storedSha256 === null) return { verdict: "recorded", what, words: "recorded as sent; the content is not kept any more" };
  if (storedSha256 === sha256) return { verdict: "stored", what, words: "stored as sent" };
  return { verdict: "different", what, words: `it was recorded as ${sha256}, and what is stored is ${storedSha256}` };
}

/** Uploads, and figures, that the coordinator has and the ledger does not list. */
function unlisted({ entries }: LedgerFile, items: readonly ReceivedItem[]): readonly Finding[] {
  const uploads = entries.flatMap(({ upload }) => (upload ? [upload] : []));
  const told = new Set(entries.flatMap(roundWithFigures));
  return items.flatMap((item) => {
    const isListed = item.bytes === 0 || uploads.some((upload) => isSame(upload, item));
    const what = nameOf(item);
    return [
      ...(isListed
        ? []
        : [{ verdict: "unlisted", what, words: `the coordinator has ${item.bytes} bytes of this client` } as const]),
      ...(item.hasFigures && !told.has(item.round)
        ? [{ verdict: "unlisted", what, words: "the coordinator has figures of this client" } as const]
        : []),
    ];
  });
}

/** The round of which a listed message tells figures. */
function roundWithFigures({ event, content }: SentEntry): readonly number[] {
  if (event !== "round:submit") return [];
  const parsed = messages["round:submit"].request.safeParse(jsonOf(content));
  return parsed.success && hasFigures(parsed.data.metrics) ? [parsed.data.round] : [];
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const nameOf = ({ round, attempt, step }: UploadName): string =>
  step === null ? `round ${round}` : `round ${round}, sum ${attempt}, step "${step}"`;

const HEADS: Readonly<Record<Verdict, string>> = {
  stored: "equal",
  recorded: "equal",
  different: "DIFFERENT",
  absent: "not there",
  unlisted: "NOT LISTED",
  message: "message",
};

/** One line for each finding, and what they come to. */
export function verificationText({ findings, isSound }: Verification): string {
  const count = (...verdicts: readonly Verdict[]) => findings.filter(({ verdict }) => verdicts.includes(verdict)).length;
  const sums = [
    `${count("stored", "recorded")} uploads are recorded as the ledger says, ${count("stored")} of them still stored.`,
    `${count("absent")} uploads are listed and not recorded; ${count("message")} messages are no contributions, and none are kept.`,
    `${count("different")} are different; ${count("unlisted")} are with the coordinator and not in the ledger.`,
    isSound ? "The ledger is sound." : "The ledger and the coordinator do not agree.",
  ];
  const lines = findings.map(({ verdict, what, words }) => `${HEADS[verdict].padEnd(11)} ${what}: ${words}`);
  return [...lines, "", ...sums].join("\n");
}
