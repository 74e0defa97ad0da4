import type { DoneRound } from "@duet/lora-core/contract/clientRound";
import type { PrivacyLedger } from "@duet/lora-engine/training/privacyLedger";
import { contentHash, type RoundCheckpoint } from "@duet/lora-engine/training/roundCheckpoint";
import { deleteDB, openDB } from "idb";
import { afterEach, describe, expect, test } from "vitest";
import version1 from "../../fixtures/indexeddb/version1.json";
import version2 from "../../fixtures/indexeddb/version2.json";
import version3 from "../../fixtures/indexeddb/version3.json";
import version4 from "../../fixtures/indexeddb/version4.json";
import version5 from "../../fixtures/indexeddb/version5.json";
import version6 from "../../fixtures/indexeddb/version6.json";
import { createClientStore } from "./clientStore.ts";

const NAME = "duet-test";
type Stores = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Bytes stand in a fixture as `{ bytes: [...] }`, numbers of float32 as `{ floats: [...] }`, maps as `{ map: [...] }`, infinity by name. */
function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value !== "object" || value === null) return value;
  if ("bytes" in value && Array.isArray(value.bytes)) return Uint8Array.from(value.bytes);
  if ("number" in value) return Number(value.number);
  if ("floats" in value && Array.isArray(value.floats)) return Float32Array.from(value.floats);
  if ("map" in value && Array.isArray(value.map)) return new Map(revive(value.map) as [string, unknown][]);
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

/** The ledger as it is. */
const look = (store: ReturnType<typeof createClientStore>) =>
  store.updateLedger((ledger) => ({ ledger, result: structuredClone(ledger) }));

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

  test("version 2, without rounds under way, is opened as it is", async () => {
    await left(2, version2);
    const store = createClientStore(NAME);
    expect((await store.rows("client-a"))?.test[0]).toEqual({ line: 6, input: "fever and cough, day 6", answer: "flu" });
    expect((await store.kept("client-a"))?.done).toMatchObject({ round: 2, attempt: 2, submitted: true });
    expect(await store.underWay("client-a")).toBeNull();
  });

  test("version 3 is opened as it is, and its round is whole", async () => {
    await left(3, version3);
    const store = createClientStore(NAME);
    expect((await store.kept("client-a"))?.done).toMatchObject({ round: 2, submitted: true });
    const round = await store.underWay("client-a");
    expect(round).toMatchObject({
      round: 3,
      attempt: 1,
      on: { backend: "wasm", memory: { rowsAtOnce: Number.POSITIVE_INFINITY } },
    });
    expect(round?.state.pieces.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      "scored shared",
      "trained train 0",
      "losses fuse",
    ]);
    expect(round?.state.training?.state.adapter.get("layer.A")?.data).toEqual(Float32Array.of(0.5, -0.25));
    expect(contentHash(round?.state)).toBe(round?.checksum);
  });

  test("before version 4 there is no privacy ledger; version 4 has one", async () => {
    await left(3, version3);
    const older = createClientStore(NAME);
    expect(await look(older)).toEqual({ accounts: [] });
    await deleteDB(NAME);
    await left(4, version4);
    const store = createClientStore(NAME);
    expect(await look(store)).toEqual({ accounts: version4.privacy.ledger.accounts });
    expect((await store.kept("client-a"))?.done).toMatchObject({ round: 2 });
  });

  test("before version 5 rounding lost nothing; version 5 has what it lost", async () => {
    await left(4, version4);
    expect((await createClientStore(NAME).kept("client-a"))?.checkpoint?.residual).toBeNull();
    await deleteDB(NAME);
    await left(5, version5);
    const store = createClientStore(NAME);
    const kept = await store.kept("client-a");
    expect(kept?.checkpoint?.residual).toEqual(Uint8Array.of(7, 7, 7, 7));
    // What is written comes back.
    await store.saveKept("c", { checkpoint: kept?.checkpoint ?? null, done: null });
    expect((await store.kept("c"))?.checkpoint).toEqual(kept?.checkpoint);
  });

  test("before version 6 no answers were kept; version 6, of today, has them", async () => {
    await left(5, version5);
    const older = createClientStore(NAME);
    expect(await older.samples?.of("client-a")).toBeNull();
    await older.forget("client-a");
    await deleteDB(NAME);
    await left(6, version6);
    const taken = await createClientStore(NAME).samples?.of("client-a");
    expect(taken?.rounds.map(({ round }) => round)).toEqual([0, 1]);
  });

  test("a privacy ledger of no known form is refused in words, and not begun anew", async () => {
    await left(4, { ...version4, privacy: { ledger: { version: 1, accounts: [{ rows: [], spent: "much" }] } } });
    const store = createClientStore(NAME);
    await expect(store.updateLedger(() => ({ ledger: { accounts: [] }, result: null }))).rejects.toMatchObject({
      code: "STORED_DAMAGED",
    });
    await expect(look(store)).rejects.toMatchObject({ code: "STORED_DAMAGED" });
  });

  test.each([
    ["of a later version", { ...version3.underWay["client-a"], version: 2 }],
    ["without its optimiser", { ...version3.underWay["client-a"], state: { pieces: [], training: { name: "train 0" } } }],
    ["of another form", "round 3"],
  ])("a round under way %s is refused in words, and the client opened all the same", async (_, record) => {
    await left(3, { ...version3, underWay: { "client-a": record } });
    const store = createClientStore(NAME);
    await expect(store.underWay("client-a")).rejects.toMatchObject({ code: "STORED_DAMAGED" });
    expect((await store.kept("client-a"))?.done).toMatchObject({ round: 2 });
  });

  test("a newer version is refused in words, and left as it is", async () => {
    await left(99, { rows: { "client-a": { version: 7 } } });
    await expect(createClientStore(NAME).rows("client-a")).rejects.toMatchObject({ code: "STORED_NEWER" });
    const db = await openDB(NAME, 99);
    expect(await db.get("rows", "client-a")).toEqual({ version: 7 });
    db.close();
  });

  test("a record of no known form is refused in words", async () => {
    await left(3, { ...version3, rows: { "client-a": { version: 1, split: { train: "none" } } } });
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

test("forgets rows without adapters and adapters without rows, and says what there was", async () => {
  const store = createClientStore(NAME);
  const row = { line: 1, input: "a", answer: "b" };
  await store.saveRows("c", { train: [row, row], fusion: [row], test: [] });
  await store.saveKept("c", { checkpoint: null, done: null });
  expect(await store.forgetParts("c", ["rows"])).toEqual({ rows: 3, adapters: false });
  expect(await store.rows("c")).toBeNull();
  expect(await store.kept("c")).not.toBeNull();
  expect(await store.forgetParts("c", ["adapters"])).toEqual({ rows: 0, adapters: true });
  expect(await store.kept("c")).toBeNull();
  expect(await store.forgetParts("c", ["rows", "adapters"])).toEqual({ rows: 0, adapters: false });
});

test("answers to a few rows come back as they were, and go with rows, with adapters, and with their client", async () => {
  const store = createClientStore(NAME);
  const answers = { shared: [{ kind: "text", text: "took pills" }] } as const;
  const samples = { places: [4], rounds: [{ round: 2, answers }] };
  expect(await store.samples?.of("c")).toBeNull();
  for (const end of [
    () => store.forget("c"),
    () => store.forgetParts("c", ["rows"]),
    () => store.forgetParts("c", ["adapters"]),
  ]) {
    await store.samples?.save("c", samples);
    expect(await store.samples?.of("c")).toEqual(samples);
    await end();
    expect(await store.samples?.of("c")).toBeNull();
  }
});

test("a round under way is kept until it is over, dropped or forgotten, bit for bit", async () => {
  const store = createClientStore(NAME);
  const { version: _, ...round } = revive(version3.underWay["client-a"]) as RoundCheckpoint & { version: number };
  const kept = { checkpoint: null, done: null };
  expect(await store.underWay("c")).toBeNull();
  for (const end of [() => store.saveKept("c", kept), () => store.dropUnderWay("c"), () => store.forget("c")]) {
    await store.saveUnderWay("c", { ...round, attempt: 7 });
    await store.saveUnderWay("c", round);
    expect(await store.underWay("c")).toEqual(round);
    await end();
    expect(await store.underWay("c")).toBeNull();
  }
});

test("two tabs count every step once in one ledger, which stays when clients are forgotten and a change that throws changes nothing", async () => {
  const step = { noiseMultiplier: 1.5, samplingRate: 0.1 };
  const stepsIn = ({ accounts }: PrivacyLedger) => accounts[0]?.spent[0]?.steps ?? 0;
  const tabs = [createClientStore(NAME), createClientStore(NAME)];
  const charge = (ledger: PrivacyLedger) => {
    const steps = stepsIn(ledger) + 1;
    return { ledger: { accounts: [{ rows: ["00"], spent: [{ ...step, steps }], noise: {} }] }, result: steps };
  };
  const counted = await Promise.all(Array.from({ length: 20 }, (_, i) => tabs[i % 2]?.updateLedger(charge)));
  expect([...new Set(counted)]).toHaveLength(20);
  for (const tab of tabs) expect(stepsIn(await look(tab))).toBe(20);
  const failing = tabs[0]?.updateLedger(() => {
    throw new RangeError("no");
  });
  await expect(failing).rejects.toThrow("no");
  await tabs[0]?.forget("c");
  expect(stepsIn(await look(createClientStore(NAME)))).toBe(20);
});
