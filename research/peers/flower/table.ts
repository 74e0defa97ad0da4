/** Two federations round by round as a Markdown table. */

/** Means over the clients, and the adapters that all of them sent and received in the round. */
export interface PeerRound {
  readonly accuracy: number;
  /** Of training, nats. */
  readonly loss: number;
  readonly bytes: number;
}

/** Rounds are numbered from 1; both have as many. */
export function peerTable(ours: readonly PeerRound[], theirs: readonly PeerRound[]): string {
  const columns = [
    "round",
    "training loss, Duet",
    "Flower",
    "accuracy after it, Duet",
    "Flower",
    "bytes of adapters, Duet",
    "Flower",
  ];
  const lines = ours.map(({ loss, accuracy, bytes }, i) => {
    const other = theirs[i];
    return [
      i + 1,
      loss.toFixed(4),
      other?.loss.toFixed(4) ?? "",
      accuracy.toFixed(3),
      other?.accuracy.toFixed(3) ?? "",
      bytes,
      other?.bytes ?? "",
    ];
  });
  return [columns, columns.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
