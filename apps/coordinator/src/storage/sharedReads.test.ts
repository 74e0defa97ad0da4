import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createSharedReads } from "./sharedReads.ts";

async function filesOf(contents: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), "duet-reads-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(contents)) await writeFile(join(folder, name), content);
  const looked: string[] = [];
  const find = (name: string) => async () => {
    looked.push(name);
    return name in contents ? join(folder, name) : null;
  };
  return { folder, looked, find };
}

test("what is asked for again is read once for all who ask; what one alone asks for is not held", async () => {
  const { folder, looked, find } = await filesOf({ a: "shared" });
  const reads = createSharedReads(100);
  expect(await reads.get("a", find("a"))).toBe(join(folder, "a"));
  const all = await Promise.all(Array.from({ length: 20 }, () => reads.get("a", find("a"))));
  for (const content of all) expect(String(content)).toBe("shared");
  expect(looked).toEqual(["a", "a"]);
});

test("the one that was asked for longest ago goes first, and a large file is never held", async () => {
  const { folder, looked, find } = await filesOf({ a: "a".repeat(20), b: "b".repeat(20), large: "x".repeat(21) });
  const reads = createSharedReads(80);
  const ask = async (name: string, times = 2) => {
    for (let time = 0; time < times; time++) await reads.get(name, find(name));
  };
  for (const name of ["a", "b"]) await ask(name, 3);
  expect(looked).toEqual(["a", "a", "b", "b"]);
  await ask("large", 3);
  expect(looked.filter((name) => name === "large")).toHaveLength(3);
  expect(await reads.get("large", find("large"))).toBe(join(folder, "large"));
  const small = createSharedReads(80);
  const others = await filesOf(Object.fromEntries(["a", "b", "c", "d", "e"].map((name) => [name, name.repeat(20)])));
  for (const name of ["a", "b", "c", "d", "e"]) for (let time = 0; time < 2; time++) await small.get(name, others.find(name));
  others.looked.length = 0;
  await small.get("e", others.find("e"));
  expect(others.looked).toEqual([]);
  await small.get("a", others.find("a"));
  expect(others.looked).toEqual(["a"]);
});

test("what is not there, or cannot be read, is looked for again the next time", async () => {
  const { looked, find } = await filesOf({});
  const reads = createSharedReads(80);
  for (let time = 0; time < 3; time++) expect(await reads.get("none", find("none"))).toBeNull();
  expect(looked).toHaveLength(3);
  const damaged = () => Promise.reject(new Error("It is damaged."));
  await expect(reads.get("bad", damaged)).rejects.toThrow("damaged");
  await expect(reads.get("bad", damaged)).rejects.toThrow("damaged");
});
