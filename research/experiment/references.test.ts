/** References in a small federation, checked by hand-made counts and by each other. */
import { splitRows } from "@duet/lora-core/data/splitRows";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ExperimentData } from "./clientData.ts";
import { type OpenModel, openModel } from "./openModel.ts";
import { referenceNames, referenceRun } from "./references.ts";
import { type RunResult, runSettings } from "./runs.ts";
import { simulate } from "./simulate.ts";

const scenario = logsScenario({ clients: 2, rowsPerClient: 30, seed: 3 });
const data: ExperimentData = {
  task: scenario.task,
  maxTokens: 12,
  clients: scenario.clients.map(({ name, rows }) => ({ name, split: splitRows(rows, { seed: 3 }), unseen: [] })),
};

let opened: OpenModel;
const results = new Map<string, RunResult>();
beforeAll(async () => {
  opened = await openModel("models/use-lite");
  for (const method of referenceNames) results.set(method, await referenceRun(options(method)));
}, 120_000);
afterAll(() => opened.model.dispose());

function options(method: string, all = data) {
  const settings = runSettings.parse({
    ...{ scenario: "medical", model: "models/use-lite", clients: all.clients.length, alpha: 1, seed: 3, labelNoise: 0 },
    ...{ dropClients: 0, rounds: 2, steps: 10, local: 2, rows: 60, batchSize: 4, method },
  });
  return { settings, data: all, ...opened, onProgress: () => {} };
}

function resultOf(method: string): RunResult {
  const found = results.get(method);
  if (!found) throw new RangeError(`No result of ${method}`);
  return found;
}

describe("references", () => {
  it("the majority class is the most frequent answer of a client's training rows", () => {
    const expected = data.clients.map(({ split }) => {
      const counts = new Map<string, number>();
      for (const { answer } of split.train) counts.set(answer, (counts.get(answer) ?? 0) + 1);
      const most = Math.max(...counts.values());
      const answers = [...counts].filter(([, count]) => count === most).map(([answer]) => answer);
      const labels = data.task.kind === "label" ? data.task.labels : [];
      const said = labels.find((label) => answers.includes(label));
      return split.test.filter(({ answer }) => answer === said).length / split.test.length;
    });
    expect(resultOf("majority").accuracies).toEqual(expected);
  });

  it("the untouched base is what every method starts from", async () => {
    const { baseMean } = await simulate(options("local"));
    expect(resultOf("base").accuracyMean).toBeCloseTo(baseMean ?? Number.NaN, 10);
  });

  it("say row by row what their figures are made of", () => {
    for (const method of referenceNames) {
      const { tests, accuracies } = resultOf(method);
      const again = (tests ?? []).map(
        ({ truth, predicted }) => truth.filter((label, i) => label === predicted[i]).length / truth.length,
      );
      expect(again, method).toEqual(accuracies);
    }
  });

  it("a head of everybody's sums is the head of one client with everybody's rows", async () => {
    const rows = (part: "train" | "fusion" | "test") => data.clients.flatMap(({ split }) => split[part]);
    const split = { train: rows("train"), fusion: rows("fusion"), test: rows("test") };
    const together = { ...data, clients: [{ name: "all", split, unseen: [] }] };
    for (const head of ["class-means", "linear-probe"]) {
      const one = await referenceRun(options(head, together));
      const federated = resultOf(`${head}:federated`).tests?.flatMap(({ predicted }) => predicted);
      expect(one.tests?.[0]?.predicted, head).toEqual(federated);
    }
  });

  it("send sums once where they are federated, and otherwise nothing", () => {
    const labels = data.task.kind === "label" ? data.task.labels.length : 0;
    expect(resultOf("class-means").bytesUp).toBe(0);
    expect(resultOf("class-means:federated").bytesUp).toBe(2 * 4 * labels * 513);
    expect(resultOf("linear-probe:federated").bytesUp).toBe(2 * 4 * (labels * 513 + (512 * 513) / 2));
  });

  it("pooled training reads as many rows as all clients together, and sends nothing", async () => {
    const alone = await simulate(options("local"));
    expect(resultOf("pooled").trainTokens / alone.trainTokens).toBeCloseTo(1, 0);
    expect(resultOf("pooled").bytesUp).toBe(0);
    expect(resultOf("pooled").accuracyMean).toBeGreaterThan(resultOf("base").accuracyMean);
  });
});
