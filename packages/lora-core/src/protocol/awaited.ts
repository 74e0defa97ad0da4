/** For whose answer an open round waits, as a snapshot tells it. Pure. */
import type { Snapshot } from "./snapshot.ts";

/** Those who are behind are waited for only where nobody else who is still here is asked; the same clients as `outstanding` of a round's state. */
export function awaitedIn({ openRound, clients }: Pick<Snapshot, "openRound" | "clients">): readonly string[] {
  if (!openRound) return [];
  const { participants, submitted, behind = [] } = openRound;
  const gone = new Set(clients.flatMap(({ id, status }) => (status === "left" ? [id] : [])));
  const open = participants.filter((id) => !submitted.includes(id) && !gone.has(id));
  const awaited = open.filter((id) => !behind.includes(id));
  return awaited.length > 0 || submitted.length > 0 ? awaited : open;
}
