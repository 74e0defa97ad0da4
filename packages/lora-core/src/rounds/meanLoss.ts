import type { EnrolledClient } from "./roundState.ts";

/** Mean training loss of a round over those of these clients that tell everybody, weighted by rows, nats; null where none trained. */
export function meanLossOf(clients: readonly EnrolledClient[], round: number, counted: readonly string[]): number | null {
  const known = new Map(clients.map((client) => [client.id, client]));
  const trained = counted.flatMap((id) => {
    const client = known.get(id);
    const loss = client?.history.find((entry) => entry.round === round)?.metrics.trainLoss ?? null;
    return client?.figures === "everybody" && loss !== null ? [{ loss, rows: client.samples.train ?? 0 }] : [];
  });
  const rows = trained.reduce((sum, entry) => sum + entry.rows, 0);
  return rows === 0 ? null : trained.reduce((sum, { loss, rows: weight }) => sum + loss * weight, 0) / rows;
}
