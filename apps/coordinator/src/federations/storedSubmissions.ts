/** Adapters that are stored and not in the journal yet. Each is settled once: when its event is, when another takes its place, or when nobody waits for it. */
export interface StoredSubmission {
  readonly sha256: string;
  readonly artifact: string;
}

export interface StoredSubmissions {
  /** What this client sent for that round; null where there is none. */
  find(clientId: string, round: number): StoredSubmission | null;
  add(clientId: string, round: number, submission: StoredSubmission): void;
  /** Its event is in the journal. */
  settle(clientId: string, round: number): void;
  /** Settles what others sent. */
  keepOnly(clients: ReadonlySet<string>): void;
}

/** `settle` gives an artifact to whoever keeps those that the journal names. */
export function createStoredSubmissions(settle: (artifact: string) => void): StoredSubmissions {
  const stored = new Map<string, StoredSubmission & { readonly clientId: string }>();
  const keyOf = (clientId: string, round: number) => `${clientId}/${round}`;

  function drop(key: string): void {
    const submission = stored.get(key);
    if (!submission) return;
    stored.delete(key);
    settle(submission.artifact);
  }

  return {
    find: (clientId, round) => stored.get(keyOf(clientId, round)) ?? null,
    add(clientId, round, submission) {
      const key = keyOf(clientId, round);
      drop(key);
      stored.set(key, { ...submission, clientId });
    },
    settle: (clientId, round) => drop(keyOf(clientId, round)),
    keepOnly(clients) {
      for (const [key, { clientId }] of stored) if (!clients.has(clientId)) drop(key);
    },
  };
}
