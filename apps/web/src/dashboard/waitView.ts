/** For whom or what a federation waits, and until when. Pure. */
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { formatDuration } from "../lib/format.ts";

export interface WaitView {
  /** For whom, and what happens at the deadline. */
  readonly reason: string;
  /** Until the round closes; null where nothing is waited for, or for ever. */
  readonly countdown: { readonly secondsLeft: number; readonly share: number } | null;
}

/** More names than these are a number. */
const NAMED = 3;

/** `now` on the coordinator's clock, ms. */
export function waitView(snapshot: Snapshot, myId: string | null, now: number): WaitView {
  const { phase, openRound, config, note } = snapshot;
  if (phase !== "collecting" || !openRound) return { reason: note, countdown: null };
  const { participants, submitted, deadlineAt } = openRound;
  const done = participants.filter((id) => submitted.includes(id));
  const late = participants.filter((id) => !submitted.includes(id));
  const secondsLeft = deadlineAt === null ? null : Math.max(0, (deadlineAt - now) / 1000);
  const isDrawn = myId === null || !config.clientSampling || participants.includes(myId);
  const sentences = [
    ...(isDrawn ? [] : ["You were not drawn for this round; your turn comes."]),
    ...(done.length === 0 ? [] : [`${sentenceOf(namesOf(snapshot, done, myId))} ${areOf(done, myId)} done.`]),
    ...(late.length === 0 ? [] : [`Waiting for ${namesOf(snapshot, late, myId)}.`]),
    ...(secondsLeft === null ? [] : [`In ${formatDuration(secondsLeft)} the round closes with who is there.`]),
  ];
  return {
    reason: sentences.join(" "),
    countdown: secondsLeft === null ? null : { secondsLeft, share: Math.min(1, secondsLeft / config.roundDeadlineSeconds) },
  };
}

const areOf = (ids: readonly string[], myId: string | null): string => (ids.length > 1 || ids[0] === myId ? "are" : "is");
const sentenceOf = (names: string): string => (names.startsWith("you") ? `Y${names.slice(1)}` : names);

/** "you, Ward A and Ward C"; a number where there are many. */
function namesOf({ clients }: Snapshot, ids: readonly string[], myId: string | null): string {
  const mine = ids.filter((id) => id === myId).map(() => "you");
  const others = ids.filter((id) => id !== myId).map((id) => clients.find((client) => client.id === id)?.name ?? "somebody");
  const shown =
    others.length > NAMED ? [...mine, `${others.length} ${mine.length > 0 ? "others" : "clients"}`] : [...mine, ...others];
  return shown.length < 2 ? (shown[0] ?? "") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}
