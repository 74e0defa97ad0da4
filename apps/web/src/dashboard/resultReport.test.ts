import { clientOf, metricsOf, snapshotOf } from "@duet/client/testing/snapshots";
import { expect, test } from "vitest";
import { resultReport, resultSentence } from "./resultReport.ts";

const figure = {
  from: 0.36,
  to: 0.85,
  of: "of your 48 test rows right, before and after",
  over: "+0.49 over the untouched base",
  certainty: null,
};
const accuracy = { base: 0.36, personal: 0.8, shared: 0.81, fused: 0.85 };
const history = [{ round: 3, metrics: metricsOf({ accuracy }), standing: null }];
const snapshot = snapshotOf({ clients: [clientOf("a", { name: "<b>Ward & co</b>", history })], endedAt: 0 });

test("a sentence to pass on", () => {
  expect(resultSentence(snapshot, figure)).toBe(
    "ward notes: 0.36 → 0.85 of your 48 test rows right, before and after; +0.49 over the untouched base.",
  );
});

test("a report tells what each client serves and how many went which way, once they have fused", () => {
  const fusion = { personal: 0.5, shared: 0.5, evaluations: 6, forwardTokens: 10, seconds: 1 };
  const fused = [{ round: 3, metrics: metricsOf({ accuracy, fusion }), standing: null }];
  const { content } = resultReport(snapshotOf({ clients: [clientOf("a", { history: fused })], endedAt: 0 }), figure, null);
  const html = new TextDecoder().decode(content);
  expect(html).toContain(
    "Of 1 client 1 serves a mix of both. Against the own personal adapter alone 0 better, 0 worse, 1 not told",
  );
  expect(html).toContain("<td>a</td><td>0.50 personal and 0.50 shared</td><td>0.68 to 0.94</td><td>not told</td>");
  expect(new TextDecoder().decode(resultReport(snapshot, figure, null).content)).not.toContain("Alone, shared or mixed");
});

test("a report that needs no network, in which a name is text and nothing else", () => {
  const { fileName, content } = resultReport(snapshot, figure, null);
  const html = new TextDecoder().decode(content);
  expect(fileName).toBe("ward-notes-report.html");
  expect(html).toContain("0.36 → 0.85");
  expect(html).toContain("&lt;b&gt;Ward &amp; co&lt;/b&gt;</td><td>0.36</td><td>0.80</td>");
  expect(html).not.toMatch(/<b>|src=|href=|http/);
});
