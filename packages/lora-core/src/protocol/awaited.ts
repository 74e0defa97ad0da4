/** For whose answer an open round waits, as a snapshot tells it. Pure. */
import { isFusing } from "../schedule/roundNumbers.ts";
import { MIN_CLIENTS } from "../secureAggregation/minClients.ts";
import type { Snapshot } from "./snapshot.ts";

type Seen = Pick<Snapshot, "openRound" | "clients" | "config">;

/**
 * While too few have answered for the round to go on, those who are behind or skipped are waited for where nobody else is left to answer; the same clients as
 * `outstanding` of a round's state.
 */
export function awaitedIn({ openRound, clients, config }: Seen): readonly string[] {
  if (!openRound) return [];
  const { participants, submitted, behind = [], skipped = [] } = openRound;
  const gone = new Set(clients.flatMap(({ id, status }) => (status === "left" ? [id] : [])));
  const open = participants.filter((id) => !submitted.includes(id) && !gone.has(id));
  const awaited = open.filter((id) => !behind.includes(id) && !skipped.includes(id));
  const sumsNothing = isFusing(openRound.round, config.budgets.rounds) && !config.figureSums;
  const needed = config.aggregation === "secure" && !sumsNothing ? MIN_CLIENTS : 1;
  if (awaited.length > 0 || submitted.filter((id) => !gone.has(id) || needed === 1).length >= needed) return awaited;
  const notSkipped = open.filter((id) => !skipped.includes(id));
  return notSkipped.length > 0 ? notSkipped : open;
}

/** Whom the organiser may skip now: who is awaited in the round, or in the step of a secure sum that is under way. */
export function skippableIn(snapshot: Seen & Pick<Snapshot, "phase" | "statistics">): readonly string[] {
  const { phase, openRound, statistics, clients } = snapshot;
  const skipped = openRound?.skipped ?? [];
  if (phase === "collecting") return awaitedIn(snapshot).filter((id) => !skipped.includes(id));
  const sum = openRound?.exchange ?? statistics?.exchange;
  if (phase !== "exchanging" || !sum) return [];
  const others = new Set([...sum.answered, ...(statistics?.exchange?.skipped ?? skipped)]);
  const gone = new Set(clients.flatMap(({ id, status }) => (status === "left" ? [id] : [])));
  return sum.asked.filter((id) => !others.has(id) && !gone.has(id));
}
