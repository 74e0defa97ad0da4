/**
 * The events of one federation, one JSON object a line with the version of its format as `v`, only ever appended. What is in it happened; what is not did not.
 * A line torn by a crash is cut off when the journal is opened: nobody was told of it.
 */
import { type FileHandle, open } from "node:fs/promises";
import { type JournalEntry, journalFormat } from "./journalEntry.ts";
import { currentVersion, parseStored, parseStoredJson } from "./storedFormat.ts";

export interface Journal {
  /** Durable entries are on disk when this resolves. @throws a system error; the journal is as it was before then. */
  append(entry: JournalEntry, options: { readonly durable: boolean }): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens or makes the journal and returns what is in it.
 * @throws {StoredFormatError} when a whole line is not an entry, or is one of a newer version; the file is as it was then.
 */
export async function openJournal(path: string): Promise<{ journal: Journal; entries: readonly JournalEntry[] }> {
  const file = await open(path, "a+");
  try {
    const content = await file.readFile();
    const length = content.lastIndexOf(0x0a) + 1;
    const lines = content.subarray(0, length).toString("utf8").split("\n").slice(0, -1);
    const entries = lines.map(parseEntry);
    if (length < content.length) await file.truncate(length);
    return { journal: journalOn(file, length), entries };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function journalOn(file: FileHandle, initialLength: number): Journal {
  let length = initialLength;
  let isTorn = false;
  return {
    async append(entry, { durable }) {
      const line = Buffer.from(`${JSON.stringify({ v: currentVersion(journalFormat), ...entry })}\n`);
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
  const where = `line ${index + 1} of its journal`;
  const json = parseStoredJson(line, where);
  const { v: version = 1, ...value } = typeof json === "object" && json !== null ? (json as { v?: unknown }) : {};
  return parseStored(journalFormat, { version, value, where });
}
