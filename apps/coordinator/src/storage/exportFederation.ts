/**
 * A federation as one tar file that other programs read: federation.json (what was agreed, without secrets), journal.jsonl (its events),
 * adapters/<round>.safetensors (the shared adapters that are kept).
 */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { pack } from "tar-stream";
import type { FederationRecord } from "./federationRecord.ts";
import type { FederationStore } from "./federationStore.ts";
import type { JournalEntry } from "./journalEntry.ts";

export interface ExportParts {
  readonly record: FederationRecord;
  readonly entries: readonly JournalEntry[];
  readonly store: FederationStore;
}

/** The file, made while it is read. It ends with an error where something stored is damaged. */
export function exportFederation(parts: ExportParts): Readable {
  const tar = pack();
  write(tar, parts).catch((error) => tar.destroy(error));
  return Readable.from(tar);
}

async function write(tar: ReturnType<typeof pack>, { record, entries, store }: ExportParts): Promise<void> {
  const { federationId, createdAt, config } = record;
  const text = (name: string, content: string) =>
    new Promise<void>((resolve, reject) => {
      tar.entry({ name, mode: 0o600 }, content, (error) => (error ? reject(error) : resolve()));
    });
  await text("federation.json", JSON.stringify({ federationId, createdAt, config }, null, 2));
  await text("journal.jsonl", entries.map(({ event }) => `${JSON.stringify(event)}\n`).join(""));
  for (const round of store.adapterRounds()) {
    const file = await store.adapterFile(round);
    if (file === null) continue;
    const entry = tar.entry({ name: `adapters/${round}.safetensors`, size: (await stat(file)).size, mode: 0o600 });
    await pipeline(createReadStream(file), entry);
  }
  tar.finalize();
}
