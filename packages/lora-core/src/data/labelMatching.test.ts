import { describe, expect, it } from "vitest";
import { labelsOf } from "./labelsOf.ts";
import { type MapOptions, mapRows } from "./mapRows.ts";
import { readTable } from "./readTable.ts";

const tableOf = (answers: readonly unknown[]) =>
  readTable(answers.map((label, index) => JSON.stringify({ text: `text ${index}`, label })).join("\n"), "a.jsonl");
const mapped = (answers: readonly unknown[], labels: readonly string[], options: MapOptions = {}) =>
  mapRows(tableOf(answers), { input: "text", answer: "label" }, { kind: "label", labels: [...labels] }, options);
const answersOf = (answers: readonly unknown[], labels: readonly string[], options: MapOptions = {}) =>
  mapped(answers, labels, options).rows.map(({ answer }) => answer);

describe("labels are matched", () => {
  it("without blanks around, quotes around and lost ones", () => {
    expect(answersOf([" ham", "ham\u00a0", '"ham"', '"ham', "ham"], ["ham", "spam"])).toEqual(Array(5).fill("ham"));
  });

  it("without case where that makes them match, and it is said", () => {
    const { rows, respelled } = mapped(["ham", "Spam", "SPAM", "SPAM", "ham"], ["ham", "spam"]);
    expect(rows.map(({ answer }) => answer)).toEqual(["ham", "spam", "spam", "spam", "ham"]);
    expect(respelled).toEqual([
      { spelling: "SPAM", label: "spam", count: 2 },
      { spelling: "Spam", label: "spam", count: 1 },
    ]);
  });

  it("exactly where that is asked for", () => {
    const { rows, rejected } = mapped(["ham", "Ham", " ham "], ["ham", "spam"], { matchCase: true });
    expect(rows).toHaveLength(2);
    expect(rejected).toEqual([{ line: 2, reason: ["noLabel", "Ham"] }]);
  });

  it("exactly where labels differ by case only", () => {
    const { rows, rejected } = mapped(["us", "US", "Us", "UK"], ["us", "US", "uk"]);
    expect(rows.map(({ answer }) => answer)).toEqual(["us", "US", "uk"]);
    expect(rejected).toEqual([{ line: 3, reason: ["noLabel", "Us"] }]);
  });

  it("in every form of Unicode", () => {
    expect(
      answersOf(["Mu\u0308de", "MÜDE", "ＭÜＤＥ", "straße", "STRASSE", "two  words"], ["müde", "Straße", "Two words"]),
    ).toEqual([...["müde", "müde", "müde"], ...["Straße", "Straße", "Two words"]]);
  });

  it("as numbers and booleans", () => {
    expect(answersOf([0, 1, "1.0", "0", 1.5], ["0", "1", "1.5"])).toEqual(["0", "1", "1", "0", "1.5"]);
    expect(answersOf([true, "TRUE", false, "False"], ["true", "false"])).toEqual(["true", "true", "false", "false"]);
    expect(mapped(["01", "1"], ["1", "2"]).rejected).toHaveLength(1);
  });

  it("or both spellings are shown", () => {
    expect(() => mapped(["good", "good", "bad"], ["ham", "spam"])).toThrow(
      'No row has one of the federation\'s labels. The file has "good" (2), "bad" (1); the federation has "ham", "spam".',
    );
    expect(() => mapped(["Ham", "SPAM"], ["ham", "spam"], { matchCase: true })).toThrow('"Ham" (1), "SPAM" (1)');
    expect(() =>
      mapped(
        Array.from({ length: 9 }, (_, i) => `x${i}`),
        ["ham", "spam"],
      ),
    ).toThrow("and 3 more; the federation");
  });
});

describe("labelsOf", () => {
  it("counts spellings of one label as the most frequent", () => {
    expect(labelsOf(tableOf(["ham", "Spam", " ham", "SPAM", "SPAM", '"ham"']), "label")).toEqual([
      { label: "SPAM", count: 3 },
      { label: "ham", count: 3 },
    ]);
    expect(labelsOf(tableOf(["a", "A", 1, "1.0", true]), "label", { matchCase: true }).map(({ label }) => label)).toEqual([
      "1",
      "1.0",
      "A",
      "a",
      "true",
    ]);
  });
});
