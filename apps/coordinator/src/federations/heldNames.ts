/** Which names of a federation belong to somebody. */
import type { RoundState } from "@duet/lora-core/rounds/roundState";

/** How long the name of who left is kept for a return. */
const HELD_MS = 3600 * 1000;

/** Of all who are in, or left a short while ago, but of `exceptId`. */
export function heldNames({ clients }: RoundState, now: number, exceptId?: string): readonly string[] {
  return clients.flatMap(({ id, name, status, removed, lastSeenAt }) => {
    const isHeld = status !== "left" || (!removed && lastSeenAt > now - HELD_MS);
    return isHeld && id !== exceptId ? [name] : [];
  });
}
