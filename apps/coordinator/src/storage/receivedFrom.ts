/** What is on record that one client sent, read from the journal and the names of what is stored: for whoever checks a client's ledger. */
import { hasFigures } from "@duet/lora-core/protocol/figures";
import type { ReceivedItem } from "@duet/lora-core/protocol/received";
import type { Database } from "./database/openDatabase.ts";
import { parseRow } from "./journal.ts";
import type { JournalEntry } from "./journalEntry.ts";

/** With the name of what is stored of it; null where nothing is kept. */
export interface ReceivedRecord {
  readonly item: ReceivedItem;
  readonly artifact: string | null;
}

/** In the order in which it came. Reads this client's events and no others. @throws {StoredFormatError} */
export async function receivedFrom(
  database: Database,
  federationId: string,
  clientId: string,
): Promise<readonly ReceivedRecord[]> {
  const rows = await database
    .selectFrom("events")
    .select(["seq", "version", "event", "resume_hash"])
    .where("federation_id", "=", federationId)
    // A first choice only: what an id has of wildcards matches itself, and what else fits is left out below.
    .where("event", "like", `%"${clientId}"%`)
    .orderBy("seq")
    .execute();
  const names = await database
    .selectFrom("artifacts")
    .select(["name", "sha256"])
    .where("federation_id", "=", federationId)
    .where("name", "like", "submission/%")
    .execute();
  const stored = new Map(names.map(({ name, sha256 }) => [name, sha256]));
  return rows.flatMap((row) => recordOf(parseRow(row), clientId, stored));
}

function recordOf({ event }: JournalEntry, clientId: string, stored: ReadonlyMap<string, string>): readonly ReceivedRecord[] {
  if ((event.type !== "submitted" && event.type !== "exchanged") || event.clientId !== clientId) return [];
  const { at, round, bytes, sha256 } = event;
  const name = event.artifact === null ? null : `submission/${event.artifact}`;
  const storedSha256 = name === null ? null : (stored.get(name) ?? null);
  const of =
    event.type === "exchanged"
      ? { attempt: event.attempt, step: event.step, hasFigures: false }
      : { attempt: null, step: null, hasFigures: hasFigures(event.metrics) };
  return [{ item: { round, at, bytes, sha256, storedSha256, ...of }, artifact: storedSha256 === null ? null : name }];
}
