import type { SentEntry, UploadName } from "@duet/lora-core/protocol/sentLedger";
import { expect, test } from "vitest";
import { sentGroups } from "./sentView.ts";

const sent = (bytes: number, upload: Partial<UploadName> | null, messages = 1, change: Partial<SentEntry> = {}): SentEntry => ({
  at: 0,
  event: "",
  messages,
  bytes,
  sha256: "",
  content: "",
  madeFrom: "",
  upload: upload && { round: 1, attempt: null, step: null, ...upload },
  ...change,
});

test("an adapter that everybody starts from is no report, and a sum of figures or of counts no update", () => {
  const input = { attempt: 1, step: "input" } as const;
  const entries = [
    sent(500, null, 1, { event: "adapter", told: [["startAdapter"]] }),
    sent(30, input, 1, { told: [["sumStatistics", 60]] }),
    sent(20, input, 1, { told: [["sumCounts", 3]] }),
    sent(300, input, 1, { told: [["changed", 3, "shared"], ["masked"]] }),
  ];
  expect(sentGroups(entries).map(({ kind, bytes }) => [kind, bytes])).toEqual([
    ["start", 500],
    ["masked", 300],
    ["maskedFigures", 20],
    ["maskedCounts", 30],
  ]);
});

test("what left is counted by what it was: updates, masked ones and their keys, and reports, as often as they were said", () => {
  const entries = [sent(100, {}), sent(7, null, 30), sent(110, {}), sent(5, null)];
  expect(sentGroups(entries)).toEqual([
    { kind: "updates", count: 2, bytes: 210 },
    { kind: "reports", count: 31, bytes: 12 },
  ]);
  const secure = [
    sent(20, { attempt: 1, step: "keys" }),
    sent(300, { attempt: 1, step: "input" }),
    sent(9, { attempt: 1, step: "unmask" }),
  ];
  expect(sentGroups(secure)).toEqual([
    { kind: "masked", count: 1, bytes: 300 },
    { kind: "keys", count: 2, bytes: 29 },
  ]);
  expect(sentGroups([])).toEqual([]);
});
