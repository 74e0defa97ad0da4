/** Which names of a federation belong to somebody. */
import { nameKey } from "@duet/lora-core/protocol/visibleText";
import type { EnrolledClient, RoundState } from "@duet/lora-core/rounds/roundState";

/** How long the name of who left is kept for a return. */
const HELD_MS = 3600 * 1000;

/** Made once for a client: thousands are asked for with every join. */
const known = new WeakMap<EnrolledClient, string>();

function keyOf(client: EnrolledClient): string {
  const key = known.get(client) ?? nameKey(client.name);
  known.set(client, key);
  return key;
}

/** What tells the names apart of all who are in, or left a short while ago, but of `exceptId`. */
export function heldNames({ clients }: RoundState, now: number, exceptId?: string): Set<string> {
  const held = new Set<string>();
  for (const client of clients) {
    const { id, status, removed, lastSeenAt } = client;
    const isHeld = status !== "left" || (!removed && lastSeenAt > now - HELD_MS);
    if (isHeld && id !== exceptId) held.add(keyOf(client));
  }
  return held;
}
