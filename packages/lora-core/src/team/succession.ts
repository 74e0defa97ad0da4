/** Who leads a team after its leader has gone: everybody comes to the same answer without asking. Pure. */
import type { TeamSeat } from "../protocol/teamRelay.ts";

export interface TeamStanding {
  /** Who is connected. */
  readonly present: readonly TeamSeat[];
  /** Who has all that a leader needs. */
  readonly mates: readonly string[];
  /** Who takes part in the training that is under way; nobody where there is none. */
  readonly training: readonly string[];
}

/** The longest there of those in the training, so that it goes on; else of those that could lead at all; null where nobody can. */
export function successorOf({ present, mates, training }: TeamStanding): string | null {
  const able = present.filter(({ member }) => mates.includes(member)).toSorted((a, b) => a.seat - b.seat);
  const next = able.find(({ member }) => training.includes(member)) ?? able[0];
  return next?.member ?? null;
}
