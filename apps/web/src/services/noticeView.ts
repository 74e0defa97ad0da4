/** What of a federation's changes is worth calling somebody to a page that is not looked at. Pure. */
import { awaitedIn } from "@duet/lora-core/protocol/awaited";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { roundLabel } from "../lib/roundWords.ts";
import { words } from "../lib/words.ts";

export interface Notice {
  /** A newer one of the same subject takes its place. */
  readonly subject: string;
  readonly title: string;
  readonly text: string;
}

/** Between two snapshots of one federation; null where nothing calls. `clientId` is this tab's own, null for who only looks on. */
export function noticeOf(before: Snapshot, after: Snapshot, clientId: string | null): Notice | null {
  const { federationId, config, phase } = after;
  const subject = `duet ${federationId}`;
  const end = words.notices.ends[phase as keyof typeof words.notices.ends] ?? null;
  if (end && before.phase !== phase) return { subject, title: words.notices.titled(config.name, end.title), text: end.text };
  if (phase === "paused" && before.phase !== phase) {
    return { subject, title: words.notices.titled(config.name, words.notices.paused), text: words.notices.pausedText };
  }
  if (clientId === null || !waitsFor(after, clientId) || waitsFor(before, clientId)) return null;
  const round = roundLabel(after.openRound?.round ?? 0, config.budgets.rounds);
  return {
    subject,
    title: words.notices.titled(config.name, words.notices.waitsForYou(round)),
    text: words.notices.everyoneElse,
  };
}

/** Whether this client is the only one that an open round of several still waits for. */
function waitsFor(snapshot: Snapshot, clientId: string): boolean {
  const { phase, openRound } = snapshot;
  if (phase !== "collecting" || !openRound || openRound.participants.length < 2) return false;
  const awaited = awaitedIn(snapshot);
  return awaited.length === 1 && awaited[0] === clientId;
}
