import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoData } from "./clientData.ts";
import { type DemoOptions, parseOptions } from "./options.ts";

const WORDS = ["fan", "disk", "socket", "kernel", "login", "cache", "queue", "mirror", "sensor", "router"];
/** Texts that are no near-duplicates of each other: four words, different ones in every row. */
const textOf = (i: number) => [0, 1, 2, 3].map((digit) => `${WORDS[Math.floor(i / 10 ** digit) % 10]}${"abcd"[digit]}`).join(" ");
const csv = (from: number, count: number) =>
  [
    "text,level",
    ...Array.from({ length: count }, (_, i) => `${textOf(from + i)},${(from + i) % 3 === 0 ? "error" : "info"}`),
  ].join("\n");

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "duet-demo-data-"));
  await writeFile(join(folder, "ward-a.csv"), csv(0, 60));
  await writeFile(join(folder, "ward-b.csv"), csv(1000, 45));
});
afterAll(() => rm(folder, { recursive: true }));

const options = (...args: string[]) => parseOptions([...args, "--input", "text", "--label", "level"]) as DemoOptions;

describe("the demo's data", () => {
  it("deals a file out to the clients, every row once", async () => {
    const { task, clients } = await demoData(options("--data", join(folder, "ward-a.csv"), "--clients", "2", "--alpha", "5"));
    expect(task).toEqual({ kind: "label", labels: ["error", "info"] });
    expect(clients.map(({ name }) => name)).toEqual(["anna", "bram"]);
    const texts = clients.flatMap(({ rows }) => rows.map(({ input }) => input));
    expect(texts).toHaveLength(60);
    expect(new Set(texts).size).toBe(60);
  });

  it("takes a folder as one file per client, with the labels of all", async () => {
    const { clients } = await demoData(options("--data", folder, "--max-rows", "50"));
    expect(clients.map(({ name, rows }) => [name, rows.length])).toEqual([
      ["ward-a", 50],
      ["ward-b", 45],
    ]);
  });

  it("names the columns there are when one is missing", async () => {
    const missing = parseOptions(["--data", join(folder, "ward-a.csv"), "--input", "text", "--label", "grade"]) as DemoOptions;
    await expect(demoData(missing)).rejects.toThrow(/no column "grade"; it has: text, level/);
  });
});
