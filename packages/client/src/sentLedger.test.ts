import { ledgerFile, type SentEntry } from "@duet/lora-core/protocol/sentLedger";
import { expect, test, vi } from "vitest";
import { createSentLedger, type LedgerStore, type LedgerUpload, ledgerFileOf } from "./sentLedger.ts";

const sha256 = "5b".repeat(32);
const upload: LedgerUpload = {
  what: "adapter",
  federationId: "f1",
  blob: { sha256, bytes: 1000 },
  madeFrom: [["changed", 3, "shared"], ["masked"]],
  name: { round: 3, attempt: null, step: null },
};
const client = { federationId: "f1", resumeToken: "resume" };
const progress = (round: number, activity: string, step = 0) => ({
  round,
  activity,
  slot: null,
  step,
  steps: step,
  loss: null,
  tokensPerSecond: 0,
});

/** A device that keeps what it is given, unless it is full. */
function device() {
  const rows = new Map<string, Map<string, SentEntry>>();
  const state = { isFull: false };
  const store: LedgerStore = {
    load: async (owner) => new Map(rows.get(owner)),
    async save(owner, name, entry) {
      if (state.isFull) throw new DOMException("full", "QuotaExceededError");
      rows.set(owner, new Map(rows.get(owner)).set(name, entry));
    },
    forget: async (owner) => void rows.delete(owner),
  };
  return { store, rows, state };
}

test("an upload is one entry, with its name and what it was made from, that grows with every piece, repeated ones too", () => {
  const ledger = createSentLedger(() => 5);
  const sent = ledger.recordUpload(upload);
  sent(600);
  ledger.record("client:leave", {});
  sent(600);
  sent(400);
  const { entries, bytes, messages } = ledger.get();
  expect(entries[0]).toMatchObject({
    at: 5,
    event: "adapter",
    bytes: 1600,
    sha256,
    madeFrom: "what round 3 changed of the shared adapter, masked",
  });
  expect([bytes, messages, entries.length]).toEqual([1602, 2, 2]);
});

test("access tokens are counted but not shown, nor hashed", () => {
  const ledger = createSentLedger(() => 5);
  const sent = { federationId: "f1", token: "abcdefghijklmnopqrstuvwx", resumeToken: null };
  ledger.record("federation:watch", sent);
  ledger.record("federation:watch", { ...sent, token: "xwvutsrqponmlkjihgfedcba" });
  const [first, second] = ledger.get().entries;
  expect(first?.content).toBe('{"federationId":"f1","token":"…","resumeToken":null}');
  expect(first?.bytes).toBe(JSON.stringify(sent).length);
  expect(second?.sha256).toBe(first?.sha256);
});

test("progress of one activity is one entry, however often it was said; another activity, or another message, begins the next", () => {
  let time = 0;
  const ledger = createSentLedger(() => ++time);
  for (let step = 0; step < 130; step++) ledger.record("client:progress", progress(1, "training", step + 1));
  ledger.record("client:progress", progress(1, "evaluating"));
  ledger.record("round:fetch", { round: 2 });
  ledger.record("client:progress", progress(1, "evaluating"));
  const { messages, entries } = ledger.get();
  expect(messages).toBe(133);
  expect(entries.map((entry) => [entry.event, entry.messages])).toEqual([
    ["client:progress", 130],
    ["client:progress", 1],
    ["round:fetch", 1],
    ["client:progress", 1],
  ]);
  expect(entries[0]).toMatchObject({
    content: expect.stringContaining('"step":130'),
    madeFrom: expect.stringMatching(/how far/),
  });
  expect(entries[1]?.madeFrom).toMatch(/nothing of how fast/);
});

test("a client's list goes on in another page, in the order in which it left, with what that page had sent before", async () => {
  const { store, rows } = device();
  let time = 1000;
  const first = createSentLedger(() => time++, store);
  first.record("session:hello", { protocolVersion: 9 });
  first.belongTo(client);
  first.recordUpload(upload)(1000);
  expect([...rows.keys()]).toEqual([expect.not.stringContaining("resume")]);
  time = 900_000;
  const second = createSentLedger(() => time++, store);
  second.record("session:hello", { protocolVersion: 9 });
  second.belongTo(client);
  await vi.waitFor(() =>
    expect(second.get().entries.map(({ event }) => event)).toEqual(["session:hello", "adapter", "session:hello"]),
  );
  expect(second.get()).toMatchObject({ messages: 3, isKept: true });
  // Another client of the same browser has a list of its own.
  second.belongTo({ ...client, resumeToken: "another" });
  expect(second.get().entries).toEqual([]);
  first.forget();
  expect(rows.size).toBe(0);
});

test("a device that is full keeps no list and is said to", async () => {
  const { store, state } = device();
  const ledger = createSentLedger(() => 5, store);
  ledger.belongTo(client);
  state.isFull = true;
  ledger.record("client:leave", {});
  await vi.waitFor(() => expect(ledger.get()).toMatchObject({ isKept: false, messages: 1 }));
});

test("the file has the whole list and parses as one", () => {
  const ledger = createSentLedger(() => 5);
  ledger.recordUpload(upload)(1000);
  const of = { coordinator: "https://duet.example/", federationId: "f1", clientId: "anna" };
  const { content } = ledgerFileOf(ledger.get(), of);
  expect(ledgerFile.parse(JSON.parse(new TextDecoder().decode(content)))).toMatchObject({
    ...of,
    entries: ledger.get().entries.map(({ told: _, ...entry }) => entry),
  });
});
