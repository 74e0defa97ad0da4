import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseArchitecture } from "../architectures/modelConfig.ts";
import { encoderBase } from "../protocol/testing/baseModels.ts";
import { say } from "../sayings/saying.ts";
import { methodOf } from "../strategies/registry.ts";
import { EVIDENCE_SENTENCES } from "./evidenceSentences.ts";
import { defaultFederation } from "./federationDefaults.ts";
import { prototypesRefusal } from "./labelPrototypes.ts";
import { likenessOf, methodProposal } from "./methodProposal.ts";

const docs = (name: string) => readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), "utf8");

const page = docs("experiments.md");

/** What a table of the experiments says of a method against learning alone. */
function against(study: string, method: string, labels = ""): string {
  const table = page.split(`<!-- summary ${study} local -->`)[1]?.split("<!-- end -->")[0] ?? "";
  const rows = table.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  const heading = rows.find((cells) => cells.includes("against local")) ?? [];
  const row = rows.find((cells) => cells.includes(method) && (labels === "" || cells.includes(labels)));
  return row?.[heading.indexOf("against local")] ?? "";
}

test("every figure of the evidence is that of the table that it names", () => {
  const alike = say(EVIDENCE_SENTENCES, ["alike"]);
  for (const study of ["fair-banking77", "fair-clinc150", "fair-medical"]) {
    for (const method of ["fedavg-finish", "fdlora:private"]) {
      expect(alike).toContain(against(study, method).replace("+", ""));
    }
  }
  const unlike = say(EVIDENCE_SENTENCES, ["unlike"]);
  for (const method of ["fedavg", "fdlora:private"]) {
    expect(unlike).toContain(against("fair-routing", method, "prototypes, shared, rate 1").replace("-", ""));
  }
  expect(unlike).toContain(against("fair-abstracts", "fedavg").replace("-", ""));
  expect(unlike).toContain(against("fair-routing", "fedavg-finish", "prototypes, personal, rate 1"));
  expect(unlike).toContain(against("fair-abstracts", "fedavg-finish"));
  expect(page).toContain("\n## By fair rules\n");
  expect(unlike).toContain("By fair rules");
});

test("the bounds are those of the table of what was measured", () => {
  const lines = docs("adr/0078-what-rows-are-like.md")
    .split("\n")
    .filter((line) => /^\| fair-[a-z]+\d* +\|/.test(line));
  const measured = new Map(lines.map((line) => line.split("|").map((cell) => cell.trim())).map((cells) => [cells[1], cells[5]]));
  const likenesses = (study: string) => measured.get(study)?.split(", ").map(Number).map(likenessOf);
  for (const study of ["fair-clinc150", "fair-banking77", "fair-medical"]) {
    expect(new Set(likenesses(study))).toEqual(new Set(["alike"]));
  }
  for (const study of ["fair-routing", "fair-abstracts"]) expect(new Set(likenesses(study))).toEqual(new Set(["unlike"]));
  expect(likenessOf(0.17)).toBe("between");
});

test("what is proposed can be had, with secure sums too", () => {
  for (const likeness of ["alike", "unlike"] as const) {
    const { choices, evidence } = methodProposal(likeness, 150);
    if (!choices) throw new Error("Nothing is proposed");
    const task = { kind: "label", labels: ["a", "b"] } as const;
    const common = { name: "x", model: encoderBase, task: { ...task, labels: [...task.labels] } };
    const config = defaultFederation({ ...common, aggregation: "secure", ...choices });
    const method = methodOf(config.strategy);
    expect(method.aggregationRefusal("secure")).toBeNull();
    expect(config.adapter.prototypes?.travel).toBe(choices.labelVectors);
    expect(prototypesRefusal(method, config.budgets, parseArchitecture(encoderBase.config), config)).toBeNull();
    expect(evidence).toHaveLength(1);
  }
});

test("where no table tells, nothing is proposed, and it is said why", () => {
  expect(methodProposal("between", 24)).toEqual({ choices: null, evidence: [["between"]] });
  expect(methodProposal(null, 24)).toEqual({ choices: null, evidence: [["tooFew"]] });
  expect(methodProposal("alike", 0)).toEqual({ choices: null, evidence: [["texts"]] });
  expect(methodProposal("alike", 10).evidence).toEqual([["alike"], ["fewLabels", 10]]);
});
