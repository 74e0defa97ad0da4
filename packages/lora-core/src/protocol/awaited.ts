/** For whose answer an open round waits, as a snapshot tells it. Pure. */
import type { Snapshot } from "./snapshot.ts";

/** Before anybody has answered, those who are behind or skipped are waited for where nobody else is left to answer; the same clients as `outstanding` of a round's state. */
export function awaitedIn({ openRound, clients }: Pick<Snapshot, "openRound" | "clients">): readonly string[] {
  if (!openRound) return [];
  const { participants, submitted, behind = [], skipped = [] } = openRound;
  const gone = new Set(clients.flatMap(({ id, status }) => (status === "left" ? [id] : [])));
  const open = participants.filter((id) => !submitted.includes(id) && !gone.has(id));
  const awaited = open.filter((id) => !behind.includes(id) && !skipped.includes(id));
  if (awaited.length > 0 || submitted.length > 0) return awaited;
  const notSkipped = open.filter((id) => !skipped.includes(id));
  return notSkipped.length > 0 ? notSkipped : open;
}

/** The same of the step of a secure sum while one is under way: whom the organiser may skip. */
export function awaitedNow(snapshot: Pick<Snapshot, "openRound" | "clients">): readonly string[] {
  const { openRound, clients } = snapshot;
  if (!openRound?.exchange) return awaitedIn(snapshot);
  const { asked, answered } = openRound.exchange;
  const others = new Set([...answered, ...(openRound.skipped ?? [])]);
  const gone = new Set(clients.flatMap(({ id, status }) => (status === "left" ? [id] : [])));
  return asked.filter((id) => !others.has(id) && !gone.has(id));
}
