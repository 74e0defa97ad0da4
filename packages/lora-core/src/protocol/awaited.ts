/** For whose answer an open round waits, as a snapshot tells it. Pure. */
import type { Snapshot } from "./snapshot.ts";

/** Those who are behind are waited for only where nobody else is asked. */
export function awaitedIn({ participants, submitted, behind = [] }: NonNullable<Snapshot["openRound"]>): readonly string[] {
  const open = participants.filter((id) => !submitted.includes(id));
  const awaited = open.filter((id) => !behind.includes(id));
  return awaited.length > 0 || submitted.length > 0 ? awaited : open;
}
