import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { useRef } from "react";

/**
 * The snapshot as it was when a round, a figure or who takes part changed last: what is drawn of those is not drawn again with every step
 * that a client reports.
 */
export function useSettled(snapshot: Snapshot): Snapshot {
  const kept = useRef(snapshot);
  if (!isSettledAlike(kept.current, snapshot)) kept.current = snapshot;
  return kept.current;
}

/** Entries are compared by identity, which changes leave alone (protocol/snapshotChange.ts). */
function isSettledAlike(before: Snapshot, after: Snapshot): boolean {
  return (
    before.federationId === after.federationId &&
    before.config === after.config &&
    before.phase === after.phase &&
    before.moduleErrors === after.moduleErrors &&
    isSameList(before.rounds, after.rounds, (view) => view) &&
    isSameList(before.clients, after.clients, ({ id }) => id) &&
    isSameList(before.clients, after.clients, ({ name }) => name) &&
    isSameList(before.clients, after.clients, ({ status }) => status) &&
    isSameList(before.clients, after.clients, ({ history }) => history)
  );
}

function isSameList<T>(before: readonly T[], after: readonly T[], part: (entry: T) => unknown): boolean {
  return before.length === after.length && before.every((entry, index) => part(entry) === part(after[index] as T));
}
