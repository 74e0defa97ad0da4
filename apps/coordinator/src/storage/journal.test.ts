import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type JournalEntry, openJournal } from "./journal.ts";

async function freshPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "duet-journal-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, "journal.jsonl");
}

const first: JournalEntry = { event: { type: "started", at: 5 } };
const second: JournalEntry = { event: { type: "clientLeft", clientId: "é-2", at: 6 }, resumeHash: "ab" };

test("returns what was appended, in order, after reopening", async () => {
  const path = await freshPath();
  const { journal, entries } = await openJournal(path);
  expect(entries).toEqual([]);
  await journal.append(first, { durable: true });
  await journal.append(second, { durable: false });
  await journal.close();
  const reopened = await openJournal(path);
  expect(reopened.entries).toEqual([first, second]);
  await reopened.journal.close();
});

test("cuts off a line that a crash tore, and goes on after it", async () => {
  const path = await freshPath();
  await writeFile(path, `${JSON.stringify(first)}\n`);
  await appendFile(path, '{"event":{"type":"cli');
  const { journal, entries } = await openJournal(path);
  expect(entries).toEqual([first]);
  await journal.append(second, { durable: true });
  await journal.close();
  expect(await readFile(path, "utf8")).toBe(`${JSON.stringify(first)}\n${JSON.stringify(second)}\n`);
});

test("refuses a whole line that is not an event", async () => {
  const path = await freshPath();
  await writeFile(path, '{"event":{}}\n"text"\n');
  await expect(openJournal(path)).rejects.toThrow("Line 2 of the journal is not an event");
});
