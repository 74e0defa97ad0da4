import type { Received, ReceivedItem } from "@duet/lora-core/protocol/received";
import type { LedgerFile, SentEntry } from "@duet/lora-core/protocol/sentLedger";
import { expect, test } from "vitest";
import { type Verdict, verificationText, verifyLedger } from "./verifyLedger.ts";

const hash = (digit: string) => digit.repeat(64);
const client = { federationId: "f1", clientId: "anna" };
const none = { base: null, personal: null, shared: null, fused: null };
const figures = { trainLoss: 1, accuracy: none, macroF1: none, testLoss: none, fusion: null, trainTokens: 1, trainSeconds: 1 };

function uploaded(round: number, sha256: string, name: Partial<NonNullable<SentEntry["upload"]>> = {}): SentEntry {
  const upload = { round, attempt: null, step: null, ...name };
  return { at: 1, event: "adapter", messages: 1, bytes: 64, sha256, content: "{}", madeFrom: "120 training rows", upload };
}

function submitted(round: number, metrics: object = figures): SentEntry {
  const content = JSON.stringify({ round, adapter: null, metrics });
  const said = { content, madeFrom: "what was measured", upload: null };
  return { at: 1, event: "round:submit", messages: 1, bytes: 9, sha256: hash("0"), ...said };
}

function recorded(round: number, sha256: string | null, change: Partial<ReceivedItem> = {}): ReceivedItem {
  const bytes = sha256 === null ? 0 : 64;
  return { round, attempt: null, step: null, at: 1, bytes, sha256, storedSha256: null, hasFigures: false, ...change };
}

function verdicts(entries: readonly SentEntry[], items: readonly ReceivedItem[]) {
  const ledger: LedgerFile = {
    format: "duet-ledger",
    version: 1,
    coordinator: "https://duet.example/",
    ...client,
    entries: [...entries],
  };
  const received: Received = { ...client, items: [...items] };
  const verification = verifyLedger(ledger, received);
  return {
    all: verification.findings.map(({ verdict }) => verdict),
    isSound: verification.isSound,
    text: verificationText(verification),
  };
}

const sound = {
  entries: [uploaded(1, hash("a")), submitted(1), uploaded(2, hash("b"), { attempt: 1, step: "input" })],
  items: [
    recorded(1, hash("a"), { hasFigures: true }),
    recorded(2, hash("b"), { attempt: 1, step: "input", storedSha256: hash("b") }),
  ],
};

test("what is recorded as sent is equal, whether its content is still there or not", () => {
  expect(verdicts(sound.entries, sound.items)).toMatchObject({ all: ["recorded", "message", "stored"], isSound: true });
});

test.each<[string, readonly SentEntry[], readonly ReceivedItem[], readonly Verdict[]]>([
  [
    "a ledger that says another hash",
    [uploaded(1, hash("c")), ...sound.entries.slice(1)],
    sound.items,
    ["different", "message", "stored"],
  ],
  [
    "a store that has something else",
    sound.entries,
    [sound.items[0] as ReceivedItem, recorded(2, hash("b"), { attempt: 1, step: "input", storedSha256: hash("c") })],
    ["recorded", "message", "different"],
  ],
  [
    "a record that says another hash",
    sound.entries,
    [recorded(1, hash("d"), { hasFigures: true }), ...sound.items.slice(1)],
    ["different", "message", "stored"],
  ],
  ["an upload that the ledger does not list", sound.entries.slice(1), sound.items, ["message", "stored", "unlisted"]],
  [
    "figures that the ledger does not list",
    [sound.entries[0] as SentEntry, ...sound.entries.slice(2)],
    sound.items,
    ["recorded", "stored", "unlisted"],
  ],
  [
    "figures that are said not to be told",
    [uploaded(1, hash("a")), submitted(1, { ...figures, trainLoss: null, trainTokens: 0, trainSeconds: 0 })],
    sound.items.slice(0, 1),
    ["recorded", "message", "unlisted"],
  ],
  ["a message that is none", [{ ...submitted(1), content: "{" }], sound.items.slice(0, 1), ["message", "unlisted", "unlisted"]],
  [
    "another attempt of the same sum",
    sound.entries.slice(2),
    [recorded(2, hash("b"), { attempt: 2, step: "input" })],
    ["absent", "unlisted"],
  ],
])("%s is found", (_what, entries, items, expected) => {
  const { all, isSound, text } = verdicts(entries, items);
  expect(all).toEqual(expected);
  expect(isSound).toBe(false);
  expect(text).toMatch(/do not agree/);
});

test("what came too late is listed and not recorded, which is nothing to worry about; nor are records of before", () => {
  expect(verdicts([...sound.entries, uploaded(3, hash("e"))], sound.items)).toMatchObject({
    isSound: true,
    all: expect.arrayContaining(["absent"]),
  });
  expect(verdicts([uploaded(1, hash("a"))], [recorded(1, null, { bytes: 64 })])).toMatchObject({
    all: ["recorded"],
    isSound: true,
  });
});
