import { clientOf, metricsOf, snapshotOf } from "@duet/client/testing/snapshots";
import { expect, test } from "vitest";
import { headlineView } from "./headlineView.ts";
import { metricsCsv } from "./result/metricsFiles.ts";
import { resultReport } from "./result/resultReport.ts";
import { textView } from "./textView.ts";

const none = { base: null, personal: null, shared: null, fused: null };
const written = (fused: number) => ({
  ...{ rows: 24, exactMatch: { ...none, base: 0, fused } },
  ...{ tokenF1: { ...none, fused: fused + 0.1 }, rougeL: { ...none, fused: fused + 0.05 } },
});
const snapshot = snapshotOf({
  clients: [0.5, 0.7].map((fused, i) =>
    clientOf(`client ${i}`, {
      history: [
        { round: 2, metrics: metricsOf({ text: written(fused) }), standing: null },
        { round: 3, metrics: metricsOf(), standing: null },
      ],
    }),
  ),
});

test("what is written is a mean over the clients that tell it, and nothing where none does", () => {
  const view = textView(snapshot);
  expect(view?.of).toBe("48 test rows of 2 clients, answered word by word");
  expect(view?.figures.map(({ name, values }) => [name, values.base, values.fused])).toEqual([
    ["Exactly right", 0, 0.6],
    ["F1 of words", null, 0.7],
    ["ROUGE-L", null, expect.closeTo(0.65, 9)],
  ]);
  expect(textView(snapshotOf({ clients: [clientOf("silent")] }))).toBeNull();
});

test("it leads the page of a text task, once it is there", () => {
  const asText = { ...snapshot, phase: "finished" as const, config: { ...snapshot.config, task: { kind: "text" as const } } };
  const figure = headlineView(asText, null);
  expect(figure).toMatchObject({
    from: null,
    of: "F1 of words with the wanted answers: 48 test rows of 2 clients, answered word by word",
  });
  expect(figure?.to).toBeCloseTo(0.7, 9);
  expect(headlineView({ ...asText, clients: [clientOf("silent")] }, null)).toBeNull();
});

test("it is in the report and in the table of figures", () => {
  const figure = { from: null, to: 0.6, of: "of the rows", over: "", certainty: null };
  const html = resultReport(snapshot, figure, null, []).html;
  expect(html).toContain("<tr><th>Exactly right</th><td>0.00</td><td>–</td><td>–</td><td>0.60</td></tr>");
  expect(resultReport(snapshotOf({}), figure, null, []).html).not.toContain("What is written");
  const csv = new TextDecoder().decode(metricsCsv(snapshot).content);
  expect(csv.split("\n")[0]).toContain("text_exact/fused");
});
