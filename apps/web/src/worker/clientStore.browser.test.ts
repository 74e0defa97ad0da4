import type { DoneRound } from "@duet/lora-core/contract/clientRound";
import { deleteDB, openDB } from "idb";
import { afterEach, describe, expect, test } from "vitest";
import version1 from "../../fixtures/indexeddb/version1.json";
import version2 from "../../fixtures/indexeddb/version2.json";
import { createClientStore } from "./clientStore.ts";

const NAME = "duet-test";
type Stores = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Bytes stand in a fixture as `{ bytes: [...] }`. */
function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value !== "object" || value === null) return value;
  if ("bytes" in value && Array.isArray(value.bytes)) return Uint8Array.from(value.bytes);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, revive(entry)]));
}

/** A browser's disk as an earlier (or a later) Duet left it. */
async function left(version: number, stores: Stores): Promise<void> {
  const db = await openDB(NAME, version, {
    upgrade: (created) => {
      for (const store of Object.keys(stores)) created.createObjectStore(store);
    },
  });
  for (const [store, records] of Object.entries(stores)) {
    for (const [key, record] of Object.entries(records)) await db.put(store, revive(record), key);
  }
  db.close();
}

afterEach(() => deleteDB(NAME));

describe("what earlier versions left in a browser", () => {
  test("version 1, one record a client, is opened as rows, a result, and what was submitted", async () => {
    await left(1, version1);
    const store = createClientStore(NAME);
    expect((await store.rows("client-a"))?.train).toHaveLength(3);
    const kept = await store.kept("client-a");
    expect(kept?.checkpoint).toMatchObject({ lastRound: 2, personal: Uint8Array.of(1, 2, 3, 4) });
    expect(kept?.done).toMatchObject({ round: 2, attempt: 1, submitted: true, upload: Uint8Array.of(9, 9) });
    expect(await store.kept("client-b")).toEqual({ checkpoint: null, done: null });
  });

  test("version 2, of today, is opened as it is", async () => {
    await left(2, version2);
    const store = createClientStore(NAME);
    expect((await store.rows("client-a"))?.test[0]).toEqual({ line: 6, input: "fever and cough, day 6", answer: "flu" });
    expect((await store.kept("client-a"))?.done).toMatchObject({ round: 2, attempt: 2, submitted: true });
  });

  test("a newer version is refused in words, and left as it is", async () => {
    await left(99, { rows: { "client-a": { version: 7 } } });
    await expect(createClientStore(NAME).rows("client-a")).rejects.toMatchObject({ code: "STORED_NEWER" });
    const db = await openDB(NAME, 99);
    expect(await db.get("rows", "client-a")).toEqual({ version: 7 });
    db.close();
  });

  test("a record of no known form is refused in words", async () => {
    await left(2, { ...version2, rows: { "client-a": { version: 1, split: { train: "none" } } } });
    await expect(createClientStore(NAME).rows("client-a")).rejects.toMatchObject({ code: "STORED_DAMAGED" });
  });
});

test("rows once, results and submissions as they come, forgotten for good", async () => {
  const store = createClientStore(NAME);
  const split = version1.clients["client-a"].split;
  const record = revive(version1.clients["client-a"]) as { done: DoneRound; checkpoint: { personal: Uint8Array } };
  expect(await store.rows("c")).toBeNull();
  await store.saveRows("c", split);
  await store.saveKept("c", { checkpoint: null, done: { ...record.done, submitted: false } });
  expect((await store.kept("c"))?.done?.submitted).toBe(false);
  await store.saveSubmitted("c", { round: 2, attempt: 3 });
  expect((await store.kept("c"))?.done).toMatchObject({ submitted: true, attempt: 3 });
  await store.saveKept("c", { checkpoint: null, done: { ...record.done, round: 3, submitted: false } });
  expect((await store.kept("c"))?.done).toMatchObject({ round: 3, submitted: false });
  await store.forget("c");
  expect([await store.rows("c"), await store.kept("c")]).toEqual([null, null]);
});
