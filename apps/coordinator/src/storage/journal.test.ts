import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openJournal } from "./journal.ts";
import type { JournalEntry } from "./journalEntry.ts";

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

const line = (entry: JournalEntry) => `${JSON.stringify({ v: 1, ...entry })}\n`;

test("cuts off a line that a crash tore, and goes on after it", async () => {
  const path = await freshPath();
  await writeFile(path, line(first));
  await appendFile(path, '{"v":1,"event":{"type":"cli');
  const { journal, entries } = await openJournal(path);
  expect(entries).toEqual([first]);
  await journal.append(second, { durable: true });
  await journal.close();
  expect(await readFile(path, "utf8")).toBe(line(first) + line(second));
});

test("lines from before lines had a version are of version 1", async () => {
  const path = await freshPath();
  await writeFile(path, `${JSON.stringify(first)}\n${line(second)}`);
  const { journal, entries } = await openJournal(path);
  expect(entries).toEqual([first, second]);
  await journal.close();
});

test.each([
  ["not JSON", "{{", /^line 2 of its journal is damaged: it is not JSON/],
  [
    "not an entry",
    '"text"',
    /^line 2 of its journal was stored by another version of Duet, or it is damaged \(event is missing\)/,
  ],
  ["of no known event", '{"v":1,"event":{"type":"voted","at":5}}', /^line 2 of its journal was stored by another .*event\.type/],
  ["without a fact", '{"v":1,"event":{"type":"clientLeft","at":5}}', /^line 2 .*event\.clientId/],
  ["with a fact too many", '{"v":1,"event":{"type":"started","at":5,"by":"anna"}}', /^line 2 .*"by"/],
  [
    "of a newer version",
    '{"v":2,"event":{"kind":"new"}}',
    /^line 2 of its journal was made by a newer Duet \(it has format 2, .* up to 1\)/,
  ],
  ["of no version", '{"v":"one","event":{"type":"started","at":5}}', /^line 2 of its journal has no format version/],
  ["empty", "", /^line 2 of its journal is damaged/],
])("a whole line %s is named, and the file stays as it is", async (_, broken, message) => {
  const path = await freshPath();
  const content = `${line(first)}${broken}\n${line(second)}{"torn`;
  await writeFile(path, content);
  await expect(openJournal(path)).rejects.toThrow(message);
  expect(await readFile(path, "utf8")).toBe(content);
});
