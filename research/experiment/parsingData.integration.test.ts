/** Log parsing on two small logs that are made up here. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parsingData } from "./parsingData.ts";

const WORDS = ["disk", "fan", "link", "node", "job", "cache", "queue", "socket", "lease", "block", "session", "daemon"];
/** 24 templates a system, no two alike, each with ten messages and one of them twice. */
const templatesOf = (system: string) =>
  WORDS.flatMap((word, i) => [
    `${system} ${word} <*> failed ${WORDS[(i + 5) % 12]}`,
    `${word} of ${system} reached <*> ${WORDS[(i + 3) % 12]}`,
  ]);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "parsing-data-"));
  mkdirSync(join(folder, "loghub"));
  for (const [file, system] of [
    ["BGL", "rack"],
    ["Zookeeper", "quorum"],
  ] as const) {
    const lines = templatesOf(system).flatMap((template) =>
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 3].map((n) => `${template.replace("<*>", `${n * 17}`)},${template}`),
    );
    writeFileSync(join(folder, `loghub/${file}_2k.log_structured.csv`), ["Content,EventTemplate", ...lines].join("\n"));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

it("tests new messages of trained templates, and messages of templates that nobody trains on", () => {
  const { clients, task } = parsingData(folder, { clients: 2, seed: 1, rows: 320 });
  expect(task.kind).toBe("text");
  const trained = new Set(clients.flatMap(({ split }) => [...split.train, ...split.fusion].map(({ answer }) => answer)));
  for (const { split, unseen } of clients) {
    const messages = new Set([...split.train, ...split.fusion].map(({ input }) => input));
    expect(split.test.length).toBe(24);
    expect(split.test.every(({ answer }) => trained.has(answer))).toBe(true);
    expect(split.test.some(({ input }) => messages.has(input))).toBe(false);
    expect(unseen.some(({ answer }) => trained.has(answer))).toBe(false);
    // Of eight messages that are kept of a template two are tested and one is for fusion.
    expect(split.train.length).toBe(5 * split.fusion.length);
  }
  // A fifth of 48 templates, two messages each.
  expect(clients.flatMap(({ unseen }) => unseen).length).toBe(18);
});

it("takes whole templates up to the rows that are asked for, and others with another seed", () => {
  const rows = (seed: number) => parsingData(folder, { clients: 2, seed, rows: 100 }).clients.map(({ split }) => split.train);
  // 50 messages a client are six templates of eight, of which five each are trained on.
  expect(rows(1).map((train) => train.length)).toEqual([30, 30]);
  expect(rows(1)).toEqual(rows(1));
  expect(rows(1)).not.toEqual(rows(2));
});
