import { expect, test } from "vitest";
import { createSentLedger, describePayload } from "./sentLedger.ts";

test("an adapter counts with its bytes and is shown by its size, not its content", () => {
  const { bytes, content } = describePayload({ round: 3, adapter: new Uint8Array(1000) });
  expect(content).toBe('{"round":3,"adapter":"adapter, 1000 bytes"}');
  expect(bytes).toBe(1000 + content.length);
});

test("access tokens are counted but not shown", () => {
  const sent = { federationId: "f1", token: "abcdefghijklmnopqrstuvwx", resumeToken: null };
  const { bytes, content } = describePayload(sent);
  expect(content).toBe('{"federationId":"f1","token":"…","resumeToken":null}');
  expect(bytes).toBe(JSON.stringify(sent).length);
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
