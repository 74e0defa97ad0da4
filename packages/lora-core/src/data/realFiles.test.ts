/** The data layer on real files, which are not part of the project: BGL system logs and symptom descriptions. */
import { beforeAll, expect, it } from "vitest";
import { describeWithSharedData, readShared } from "../../../../tools/testing/sharedData.ts";
import { dirichletPartition } from "./dirichletPartition.ts";
import { guessColumns } from "./guessColumns.ts";
import { labelsOf } from "./labelsOf.ts";
import { mapRows } from "./mapRows.ts";
import { countGroups, nearDuplicateGroups } from "./nearDuplicates.ts";
import { readTable } from "./readTable.ts";
import type { Row } from "./row.ts";
import { countAnswers } from "./rowGroups.ts";
import { splitRows } from "./splitRows.ts";
import type { Table } from "./table.ts";

const groupsOf = (rows: readonly Row[]) => nearDuplicateGroups(rows.map(({ input }) => input));

function rowsOf(table: Table, input: string, answer: string) {
  const labels = labelsOf(table, answer).map(({ label }) => label);
  return mapRows(table, { input, answer }, { kind: "label", labels });
}

/** What must hold for three clients at alpha 0.5, whatever the file. */
function checkThreeClients(rows: readonly Row[]): void {
  const clients = dirichletPartition(rows, { clients: 3, alpha: 0.5, seed: 1, minRows: 60 });
  expect(clients.flat().length).toBe(rows.length);
  for (const held of clients) {
    const { train, fusion, test } = splitRows(held, { seed: 1 });
    expect([...train, ...fusion, ...test].map(({ line }) => line).sort()).toEqual(held.map(({ line }) => line).sort());
    expect(train.length / held.length).toBeCloseTo(0.6, 1);
    expect(fusion.length / held.length).toBeCloseTo(0.1, 1);
    expect(countAnswers(train).size).toBeGreaterThan(1);
    expect(countAnswers(fusion).size).toBeGreaterThan(1);
    const numGroups = [train, fusion, test].map((part) => countGroups(groupsOf(part))).reduce((a, b) => a + b);
    // A group cut in two would be counted twice.
    expect(numGroups).toBe(countGroups(groupsOf(held)));
  }
}

describeWithSharedData("BGL_2k", () => {
  let table: Table;
  beforeAll(() => {
    table = readTable(readShared("loghub/BGL_2k.log_structured.csv"), "BGL_2k.log_structured.csv");
  });

  it("is read whole, with Content and Level in their columns", () => {
    expect(table.columns).toHaveLength(13);
    expect(table.rejected).toEqual([]);
    expect(table.rows).toHaveLength(2000);
    expect(guessColumns(table).input).toBe("Content");
    expect(labelsOf(table, "Level")).toEqual([
      { label: "ERROR", count: 41 },
      { label: "FATAL", count: 347 },
      { label: "INFO", count: 1597 },
      { label: "SEVERE", count: 7 },
      { label: "WARNING", count: 8 },
    ]);
  });

  it("has its instances of a template in one group", () => {
    const { rows, rejected } = rowsOf(table, "Content", "Level");
    expect(rejected).toEqual([]);
    const groups = groupsOf(rows);
    expect(countGroups(groups)).toBe(104);
    const ofCores = rows.flatMap(({ input }, index) => (/^generating core\.\d+$/.test(input) ? [groups[index]] : []));
    expect(ofCores).toHaveLength(721);
    expect(new Set(ofCores).size).toBe(1);
  });

  it("can be dealt out to three clients and split", () => checkThreeClients(rowsOf(table, "Content", "Level").rows));
});

describeWithSharedData("Symptom2Disease", () => {
  let table: Table;
  beforeAll(() => {
    table = readTable(readShared("medical/Symptom2Disease.csv"), "Symptom2Disease.csv");
  });

  it("is read whole, with text and label recognised", () => {
    expect(table.columns).toEqual(["column 1", "label", "text"]);
    expect(guessColumns(table)).toEqual({ input: "text", answer: "label" });
    expect(table.rows).toHaveLength(1200);
    expect(table.rejected).toEqual([]);
    const labels = labelsOf(table, "label");
    expect(labels).toHaveLength(24);
    expect(new Set(labels.map(({ count }) => count))).toEqual(new Set([50]));
  });

  it("has near-duplicates, but few", () => {
    expect(countGroups(groupsOf(rowsOf(table, "text", "label").rows))).toBe(1077);
  });

  it("can be dealt out to three clients and split", () => checkThreeClients(rowsOf(table, "text", "label").rows));
});
