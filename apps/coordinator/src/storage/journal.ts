/**
 * The events of one federation, one JSON object a line, only ever appended. What is in it happened; what is not did not.
 * A line torn by a crash is cut off when the journal is opened: nobody was told of it.
 */
import { type FileHandle, open } from "node:fs/promises";
import type { RoundEvent } from "@duet/lora-core/rounds/roundEvents";

export interface JournalEntry {
  readonly event: RoundEvent;
  /** With `clientJoined`: SHA-256 of the client's resume token. */
  readonly resumeHash?: string;
}

export interface Journal {
  /** Durable entries are on disk when this resolves. @throws a system error; the journal is as it was before then. */
  append(entry: JournalEntry, options: { readonly durable: boolean }): Promise<void>;
  close(): Promise<void>;
}

/** Opens or makes the journal and returns what is in it. @throws {Error} when a whole line is not an entry. */
export async function openJournal(path: string): Promise<{ journal: Journal; entries: readonly JournalEntry[] }> {
  const file = await open(path, "a+");
  const content = await file.readFile();
  const length = content.lastIndexOf(0x0a) + 1;
  if (length < content.length) await file.truncate(length);
  const lines = content.subarray(0, length).toString("utf8").split("\n").slice(0, -1);
  return { journal: journalOn(file, length), entries: lines.map(parseEntry) };
}

function journalOn(file: FileHandle, initialLength: number): Journal {
  let length = initialLength;
  let isTorn = false;
  return {
    async append(entry, { durable }) {
      const line = Buffer.from(`${JSON.stringify(entry)}\n`);
      if (isTorn) await file.truncate(length);
      isTorn = true;
      await file.appendFile(line);
      if (durable) await file.datasync();
      length += line.length;
      isTorn = false;
    },
    close: () => file.close(),
  };
}

function parseEntry(line: string, index: number): JournalEntry {
  const entry: unknown = JSON.parse(line);
  if (typeof entry === "object" && entry !== null && "event" in entry) return entry as JournalEntry;
  throw new Error(`Line ${index + 1} of the journal is not an event`);
}
