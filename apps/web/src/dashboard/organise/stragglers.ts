/** Whom a round would be closed without. Pure. */
import { skippableIn } from "@duet/lora-core/protocol/awaited";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";

/** As many names as one reads at a glance. */
const NAMED = 3;

/** Their names, once somebody has answered the round, or the step of its secure sum that is under way; of a crowd nobody by name. */
export function stragglers(snapshot: Snapshot): readonly string[] {
  const { openRound, clients } = snapshot;
  const answered = openRound?.exchange?.answered ?? openRound?.submitted ?? [];
  const awaited = new Set(skippableIn(snapshot));
  if (answered.length === 0 || awaited.size > NAMED) return [];
  return clients.flatMap(({ id, name }) => (awaited.has(id) ? [name] : []));
}
