/**
 * The coordinator's snapshots, put together again here from what it pushes: changes one after another, and the older rounds piece by
 * piece. What does not fit begins anew.
 */
import { decodeChange } from "@duet/lora-core/protocol/changeCodec";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { applyChange, type SnapshotHistory, withHistory } from "@duet/lora-core/protocol/snapshotChange";

export interface SnapshotMirror {
  /** Takes a pushed change; resolves once it is applied, in the order of the calls. Never rejects. */
  receive(content: Uint8Array<ArrayBuffer>): Promise<void>;
  /** The first snapshot from that revision on. Rejects when {@link forget} comes before it. */
  from(federationId: string, revision: number): Promise<Snapshot>;
  /** The connection is gone: what comes next begins anew. */
  forget(reason: Error): void;
}

export interface MirrorParts {
  readonly onSnapshot: (snapshot: Snapshot) => void;
  /** A change did not fit, so one that begins anew is needed. */
  readonly onGap: (federationId: string) => void;
  /** The piece of history before a round. */
  readonly fetchHistory: (federationId: string, before: number) => Promise<SnapshotHistory>;
}

interface Waiting {
  readonly federationId: string;
  readonly revision: number;
  resolve(snapshot: Snapshot): void;
  reject(reason: Error): void;
}

export function createSnapshotMirror({ onSnapshot, onGap, fetchHistory }: MirrorParts): SnapshotMirror {
  const snapshots = new Map<string, Snapshot>();
  const waiting = new Set<Waiting>();
  let turn: Promise<void> = Promise.resolve();
  /** Counts connections: history that was asked for on an older one is dropped. */
  let epoch = 0;

  function show(snapshot: Snapshot): void {
    snapshots.set(snapshot.federationId, snapshot);
    for (const entry of [...waiting]) {
      if (entry.federationId !== snapshot.federationId || snapshot.revision < entry.revision) continue;
      waiting.delete(entry);
      entry.resolve(snapshot);
    }
    onSnapshot(snapshot);
  }

  async function apply(content: Uint8Array<ArrayBuffer>, received: number): Promise<void> {
    const change = await decodeChange(content);
    if (received !== epoch) return;
    const { federationId } = change;
    const snapshot = applyChange(snapshots.get(federationId) ?? null, change);
    if (snapshot === null) {
      snapshots.delete(federationId);
      onGap(federationId);
      return;
    }
    show(snapshot);
    if (change.earlier > 0) void completeHistory(federationId, received);
  }

  /** Newest first, so that charts grow to the left. What cannot be had is asked for again with the next connection. */
  async function completeHistory(federationId: string, began: number): Promise<void> {
    for (let earlier = 1; earlier > 0; ) {
      const before = snapshots.get(federationId)?.rounds[0]?.round;
      if (before === undefined) return;
      const piece = await fetchHistory(federationId, before).catch(() => null);
      const current = snapshots.get(federationId);
      if (!piece || !current || began !== epoch) return;
      show(withHistory(current, piece));
      earlier = piece.rounds.length > 0 ? piece.earlier : 0;
    }
  }

  return {
    receive(content) {
      const received = epoch;
      // What is no change of this protocol is dropped: the next one does not fit then, and begins anew.
      turn = turn.then(() => apply(content, received)).catch(() => {});
      return turn;
    },
    from(federationId, revision) {
      const current = snapshots.get(federationId);
      if (current && current.revision >= revision) return Promise.resolve(current);
      return new Promise((resolve, reject) => waiting.add({ federationId, revision, resolve, reject }));
    },
    forget(reason) {
      epoch += 1;
      snapshots.clear();
      for (const { reject } of waiting) reject(reason);
      waiting.clear();
    },
  };
}
