import { clientOf, metricsOf, roundOf, snapshotOf } from "@duet/client/testing/snapshots";
import { readTable } from "@duet/lora-core/data/readTable";
import { unzipSync } from "fflate";
import { expect, test } from "vitest";
import { metricsCsv, metricsJson, tensorBoardRuns } from "./metricsFiles.ts";

const accuracy = { base: 0.25, personal: null, shared: 0.5, fused: null };
const snapshot = snapshotOf({
  rounds: [roundOf(0), roundOf(1)],
  clients: [
    clientOf("anna", {
      name: "=anna",
      history: [{ round: 1, metrics: metricsOf({ accuracy, trainLoss: 1.5 }), standing: null }],
    }),
    clientOf("bram"),
  ],
});

test("the table has a line for each client and round, is no formula, and leaves empty what was not told", () => {
  const { fileName, content } = metricsCsv(snapshot);
  expect(fileName).toBe("ward-notes-metrics.csv");
  const { rows } = readTable(content, fileName);
  expect(rows).toHaveLength(1);
  expect(rows[0]?.values).toMatchObject({
    client: "'=anna",
    round: "1",
    "loss/train": "1.5",
    "accuracy/shared": "0.5",
    "accuracy/fused": "",
  });
});

test("the last round's figures are there of all test rows and of those that every round measures", () => {
  const none = { base: null, personal: null, shared: null, fused: null };
  const sample = { testRows: 48, accuracy: { ...none, shared: 0.75 }, testLoss: none };
  const metrics = metricsOf({ accuracy, testRows: 60, sample });
  const { fileName, content } = metricsCsv({
    ...snapshot,
    clients: [clientOf("anna", { history: [{ round: 1, metrics, standing: null }] })],
  });
  expect(readTable(content, fileName).rows[0]?.values).toMatchObject({
    "accuracy/shared": "0.5",
    test_rows: "60",
    "same_rows_accuracy/shared": "0.75",
    same_rows: "48",
  });
});

test("JSON has the choices, the rounds and the figures", () => {
  const read = JSON.parse(new TextDecoder().decode(metricsJson(snapshot).content));
  expect(Object.keys(read)).toEqual(["config", "phase", "createdAt", "endedAt", "rounds", "clients"]);
  expect(read.clients[0].history[0].metrics.accuracy).toEqual(accuracy);
});

test("TensorBoard gets a run for each client that has told something", () => {
  const files = unzipSync(tensorBoardRuns(snapshot).content);
  expect(Object.keys(files)).toEqual(["anna-anna/events.out.tfevents.0.duet"]);
  const tags = Buffer.from(Object.values(files)[0] ?? []).toString("latin1");
  expect(tags).toContain("accuracy/shared");
  expect(tags).not.toContain("accuracy/fused");
});
