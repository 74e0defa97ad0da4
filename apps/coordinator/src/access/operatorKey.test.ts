import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readOperatorKey } from "./operatorKey.ts";

const KEY = "a-key-of-more-than-twenty-characters";

async function fileWith(content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "duet-key-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "key"), content);
  return join(folder, "key");
}

test("the key is the file's line, or the environment's value; the file wins", async () => {
  expect(await readOperatorKey(await fileWith(`${KEY}\n`), undefined)).toBe(KEY);
  expect(await readOperatorKey(null, ` ${KEY} `)).toBe(KEY);
  expect(await readOperatorKey(await fileWith(KEY), "another-key-of-more-than-twenty")).toBe(KEY);
  expect(await readOperatorKey(null, undefined)).toBeNull();
  expect(await readOperatorKey(null, "")).toBeNull();
});

test("what is no key is refused with a sentence that does not say it", async () => {
  await expect(readOperatorKey(null, "hunter2")).rejects.toThrow(
    /^The operator key must have 20 to 200 characters; one is made by/,
  );
  await expect(readOperatorKey(null, "x".repeat(201))).rejects.toThrow(/20 to 200/);
  await expect(readOperatorKey(await fileWith("\n"), undefined)).rejects.toThrow(/^--operator-key-file: .* is empty/);
  await expect(readOperatorKey("/nowhere/key", undefined)).rejects.toThrow(
    "--operator-key-file: /nowhere/key cannot be read (ENOENT); check the path and its rights.",
  );
});
