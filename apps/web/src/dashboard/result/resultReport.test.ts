import { clientOf, metricsOf, roundOf, snapshotOf } from "@duet/client/testing/snapshots";
import { expect, test } from "vitest";
import { resultReport, resultSentence } from "./resultReport.ts";

const figure = {
  from: 0.36,
  to: 0.85,
  of: "of your 48 test rows right, before and as served",
  over: "+0.49 over the untouched base",
  certainty: null,
};
const accuracy = { base: 0.36, personal: 0.8, shared: 0.81, fused: 0.85 };
const history = [{ round: 3, metrics: metricsOf({ accuracy }), standing: null }];
const snapshot = snapshotOf({ clients: [clientOf("a", { name: "<b>Ward & co</b>", history })], endedAt: 0 });

test("a sentence to pass on", () => {
  expect(resultSentence(snapshot, figure)).toBe(
    "ward notes: 0.36 → 0.85 of your 48 test rows right, before and as served; +0.49 over the untouched base.",
  );
});

test("a report tells what each client serves and how many went which way, once they have fused", () => {
  const fusion = { personal: 0.5, shared: 0.5, evaluations: 6, forwardTokens: 10, seconds: 1 };
  const fused = [{ round: 3, metrics: metricsOf({ accuracy, fusion }), standing: null }];
  const { html } = resultReport(snapshotOf({ clients: [clientOf("a", { history: fused })], endedAt: 0 }), figure, null, []);
  expect(html).toContain("Of 1 client 1 serves a mix of both. Against the personal adapter 0 better, 0 worse, 1 undecided");
  expect(html).toContain("<td>a</td><td>0.50 personal and 0.50 shared</td><td>0.68 to 0.94</td><td>undecided</td>");
  expect(resultReport(snapshot, figure, null, []).html).not.toContain("Alone, shared or mixed");
});

test("a report says what it cost those who tell, with what the energy is estimated from, and nothing of it where nobody tells", () => {
  const device = { backend: "wasm" as const, threads: 4, reason: "", description: "" };
  const trained = [
    { round: 1, metrics: metricsOf({ trainTokens: 1200, trainSeconds: 90, phases: undefined, fusion: null }), standing: null },
  ];
  const anna = clientOf("anna", { device, history: trained, bytesUp: 1000, bytesDown: 2000 });
  const bram = clientOf("bram", { device: null });
  const html = resultReport(snapshotOf({ clients: [anna, bram], endedAt: 0 }), figure, null, []).html;
  const cost = "<td>1,200</td><td>1 min 30 s</td><td>3.00 kB</td><td>0.30 to 1.00 Wh</td>";
  expect(html).toContain(`<td>anna</td>${cost}`);
  expect(html).toContain(`<td>1 of 2 clients</td>${cost}`);
  expect(html).toContain("3 to 10 W a busy thread");
  expect(resultReport(snapshotOf({ clients: [bram], endedAt: 0 }), figure, null, []).html).not.toContain("Wh");
});

test("a report says what of an epsilon is spent, on rows and on clients, and nothing of either where there is none", () => {
  const privacy = { epsilon: 2.3149, limit: 8, delta: 0.00073, noiseMultiplier: 0.9, budgetSpent: true };
  const spent = [{ round: 1, metrics: metricsOf({ privacy }), standing: null }];
  const { config } = snapshot;
  const ofRows = { ...config, training: { ...config.training, privacy: { epsilon: 8, clip: 1 } } };
  const rows = resultReport({ ...snapshot, config: ofRows, clients: [clientOf("a", { history: spent })] }, figure, null, []).html;
  expect(rows).toContain(
    "<th>Differential privacy of rows</th><td>epsilon 8. Median 2.31, most 2.31; 1 client trains no more. In every",
  );
  expect(rows).toContain("delta is 0.00073");
  const ofClients = { ...config, aggregation: "secure" as const, clientPrivacy: { epsilon: 8, delta: 1e-5, clip: 1 } };
  const sums = [roundOf(1, { exchanges: 1 }), roundOf(2, { exchanges: 1 })];
  const clients = resultReport({ ...snapshot, config: ofClients, rounds: sums }, figure, null, []).html;
  expect(clients).toMatch(/<th>Differential privacy of clients<\/th><td>epsilon \d+\.\d\d of 8\.00\. The update of a client/);
  expect(clients).toContain("delta is 0.00001");
  expect(resultReport(snapshot, figure, null, []).html).not.toContain("Differential privacy");
});

test("a report that needs no network, in which a name is text and nothing else", () => {
  const { fileName, html } = resultReport(snapshot, figure, null, []);
  expect(fileName).toBe("ward-notes-report.html");
  expect(html).toContain("0.36 → 0.85");
  expect(html).toContain("&lt;b&gt;Ward &amp; co&lt;/b&gt;</td><td>0.36</td><td>0.80</td>");
  expect(html).not.toMatch(/<b>|src=|href=|http/);
});

test("a report says who came late, and what that counted for", () => {
  const rounds = [
    roundOf(1, { aggregated: ["anna"] }),
    roundOf(2, { aggregated: ["anna"], behind: ["bram"], late: { bram: 1 } }),
  ];
  const late = { ...snapshot, clients: [clientOf("anna"), clientOf("bram", { history })], rounds };
  const html = resultReport(late, figure, null, []).html;
  expect(html).toContain("<th>Answers that came late</th><td>bram: Round 1 of 2, counted 0.71 in Round 2 of 2</td>");
  expect(resultReport(snapshot, figure, null, []).html).not.toContain("came late");
});

test("of many clients a report says how many answers came late, and what the least and the most of them counted for", () => {
  const clients = Array.from({ length: 13 }, (_, index) => clientOf(`client ${index}`, { history }));
  const rounds = [
    roundOf(1, { aggregated: ["client 0"] }),
    roundOf(2, { aggregated: ["client 0"], late: { "client 1": 1, "client 2": 1 } }),
    roundOf(3, { aggregated: ["client 0"], late: { "client 3": 1 } }),
  ];
  const told = (closed: typeof rounds) =>
    /came late<\/th><td>(.*?)<\/td>/.exec(resultReport({ ...snapshot, clients, rounds: closed }, figure, null, []).html)?.[1];
  expect(told(rounds)).toBe("3 in all, each counted 0.58 to 0.71");
  expect(told(rounds.slice(0, 2))).toBe("2 in all, each counted 0.71");
});

test("the charts of the page are in it, with what they say", () => {
  const chart = { title: "Training loss", summary: "Newest mean <loss>: 0.42", svg: "<svg><path/></svg>" };
  const { html } = resultReport(snapshot, figure, null, [chart]);
  expect(html).toContain(
    "<h2>Training loss</h2>\n<figure><svg><path/></svg><figcaption>Newest mean &lt;loss&gt;: 0.42</figcaption></figure>",
  );
});
