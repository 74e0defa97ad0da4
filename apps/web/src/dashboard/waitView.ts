/** For whom or what a federation waits, and until when. Pure. */

import type { SessionState } from "@duet/client/sessionState";
import { awaitedIn } from "@duet/lora-core/protocol/awaited";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { formatDuration } from "../lib/format.ts";
import { words as common } from "../lib/words.ts";
import { ENDED, stripView } from "./progressView.ts";
import { phaseNote } from "./told/toldText.ts";
import { words } from "./words.ts";

export interface WaitView {
  /** What this tab waits for before it is part of the federation at all; null where it waits with the others. */
  readonly status: string | null;
  /** For whom, and what happens at the deadline. */
  readonly reason: string;
  /** Until the round closes; null where nothing is waited for, or for ever. */
  readonly countdown: { readonly secondsLeft: number; readonly share: number } | null;
}

/** More names than these are a number. */
const NAMED = 3;

/** `tab` is null for who only looks on; `now` on the coordinator's clock, ms. */
export function waitView(snapshot: Snapshot, tab: Pick<SessionState, "clientId" | "stage"> | null, now: number): WaitView {
  if (tab?.stage.kind === "awaitingApproval") return atTheDoor(snapshot, now);
  // Its link was replaced: it hears no more of what it saw last.
  if (isPutOut(tab) && !ENDED.has(snapshot.phase)) {
    return { status: words.waitView.putOut, reason: words.waitView.asItStood, countdown: null };
  }
  const { phase, openRound, config } = snapshot;
  if (phase !== "collecting" || !openRound)
    return { status: null, reason: isShort(snapshot) ? words.waitView.opensThen : phaseNote(snapshot), countdown: null };
  const myId = tab?.clientId ?? null;
  const { participants, submitted, deadlineAt } = openRound;
  const done = participants.filter((id) => submitted.includes(id));
  const awaited = awaitedIn(snapshot);
  const secondsLeft = deadlineAt === null ? null : Math.max(0, (deadlineAt - now) / 1000);
  const isDrawn = myId === null || !config.clientSampling || participants.includes(myId);
  const sentences = [
    ...(isDrawn ? [] : [words.waitView.notDrawn]),
    ...(done.length === 0 ? [] : [words.waitView.done(namesOf(snapshot, done, myId), done.length > 1 || done[0] === myId)]),
    ...(awaited.length === 0 ? [] : [words.waitView.waitingFor(namesOf(snapshot, awaited, myId))]),
    ...(secondsLeft === null ? [] : [words.waitView.closesIn(formatDuration(secondsLeft))]),
  ];
  return {
    status: null,
    reason: common.listing.sentences(sentences),
    countdown: secondsLeft === null ? null : { secondsLeft, share: Math.min(1, secondsLeft / config.roundDeadlineSeconds) },
  };
}

/** The organiser removed it. */
export const isPutOut = (tab: Pick<SessionState, "stage"> | null): boolean =>
  tab?.stage.kind === "removed" && tab.stage.why === "removed";

/** The federation's rounds go on without it. */
function atTheDoor(snapshot: Snapshot, now: number): WaitView {
  const reason = common.listing.sentences([
    words.waitView.organiserLetsIn,
    words.waitView.federationStands(stripView(snapshot, now).status),
  ]);
  return { status: words.waitView.toBeLetIn, reason, countdown: null };
}

/** It only waits for more clients, which the status beside it says. */
const isShort = ({ phase, told, clients, config }: Snapshot): boolean =>
  phase === "waiting" &&
  told?.length === 1 &&
  told[0]?.[0] === "waitingForMore" &&
  clients.filter(({ status }) => status === "present").length < config.minClients;

/** "you, Ward A and Ward C"; a number where there are many. */
function namesOf({ clients }: Snapshot, ids: readonly string[], myId: string | null): string {
  const mine = ids.filter((id) => id === myId).map(() => words.waitView.you);
  const others = ids
    .filter((id) => id !== myId)
    .map((id) => clients.find((client) => client.id === id)?.name ?? words.waitView.somebody);
  const shown = others.length > NAMED ? [...mine, words.waitView.many(others.length, mine.length > 0)] : [...mine, ...others];
  return common.listing.and(shown);
}
