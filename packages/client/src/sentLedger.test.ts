import { expect, test } from "vitest";
import { createSentLedger } from "./sentLedger.ts";

test("an adapter is one entry, shown by its name and size, that grows with every piece, repeated ones too", () => {
  const ledger = createSentLedger(() => 5);
  const sent = ledger.recordPieces("adapter", { sha256: "5b", bytes: 1000 });
  sent(600);
  ledger.record("client:leave", {});
  sent(600);
  sent(400);
  const { recent, bytes, messages } = ledger.get();
  expect(recent[0]).toEqual({ at: 5, event: "adapter", bytes: 1600, content: '{"sha256":"5b","bytes":1000}' });
  expect([bytes, messages, recent.length]).toEqual([1602, 2, 2]);
  // Counted, too, when it is no longer among the newest.
  for (let i = 0; i < 100; i++) ledger.record("client:leave", {});
  sent(50);
  expect(ledger.get().bytes).toBe(1602 + 200 + 50);
});

test("access tokens are counted but not shown", () => {
  const ledger = createSentLedger(() => 5);
  const sent = { federationId: "f1", token: "abcdefghijklmnopqrstuvwx", resumeToken: null };
  ledger.record("federation:watch", sent);
  const [entry] = ledger.get().recent;
  expect(entry?.content).toBe('{"federationId":"f1","token":"…","resumeToken":null}');
  expect(entry?.bytes).toBe(JSON.stringify(sent).length);
});

test("totals count every message, the list keeps the newest", () => {
  let time = 0;
  const ledger = createSentLedger(() => ++time);
  for (let i = 0; i < 130; i++) ledger.record("client:progress", { step: i });
  const { messages, recent, bytes } = ledger.get();
  expect(messages).toBe(130);
  expect(recent).toHaveLength(100);
  expect(recent.at(0)?.content).toBe('{"step":30}');
  expect(recent.at(-1)).toEqual({ at: 130, event: "client:progress", bytes: 12, content: '{"step":129}' });
  expect(bytes).toBe(10 * 10 + 90 * 11 + 30 * 12);
});
