/** A real tab is reloaded in every step of a secure sum, each time with its answer on its lips. */
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import { EXCHANGE_STEPS } from "@duet/lora-core/secureAggregation/exchangeStep";
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { heldAnswer } from "./support/heldAnswer.ts";
import { join, type Participant } from "./support/participant.ts";
import { type OpenFederation, type Stage, startStage } from "./support/stage.ts";

const DEADLINE_MS = 240_000;
const NAMES = ["anna", "bram", "chen"];
const scenario = logsScenario({ clients: NAMES.length, seed: 11, rowsPerClient: 60 });

let stage: Stage;
let federation: OpenFederation;
let tabs: readonly Participant[];
/** Of each step in the round of its place: the tab is gone before its answer is. */
let reloads: readonly Promise<void>[];
beforeAll(async () => {
  stage = await startStage();
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("use-lite is not served");
  const small = { rounds: EXCHANGE_STEPS.length, innerSteps: 2, training: { batchSize: 4, maxTokens: 24 } };
  federation = await stage.open(
    defaultFederation({
      ...{ name: "ward notes", model, task: scenario.task, method: "fedavg", aggregation: "secure", ...small },
      // However slow the machine is, a tab that loads again is not left out.
      reconnectGraceSeconds: DEADLINE_MS / 1000,
    }),
  );
  const reloadInEveryStep = (page: Page) => {
    reloads = EXCHANGE_STEPS.map(async (step, index) => {
      await heldAnswer(page, step, index + 1);
      await page.reload();
    });
  };
  tabs = await Promise.all(
    NAMES.map(async (name, index) => {
      const data = {
        name,
        file: await stage.writeRows(name, scenario.clients[index]?.rows ?? []),
        input: "input",
        answer: "answer",
      };
      // What each tells is what the sums are compared with.
      const options = { deadlineMs: DEADLINE_MS, figures: "Everybody" } as const;
      return join(stage.browser, federation.inviteUrl, data, {
        ...options,
        ...(name === "bram" ? { onPage: reloadInEveryStep } : {}),
      });
    }),
  );
}, DEADLINE_MS);
afterAll(async () => {
  await Promise.all((tabs ?? []).map(({ context }) => context.close()));
  await stage?.close();
});

it.each(EXCHANGE_STEPS.map((step, index) => [step, index + 1] as const))(
  "a tab reloaded with its %s unsent goes on with the keys of before: one sum, all three in it, and it is right",
  async (_step, round) => {
    await reloads[round - 1];
    const { rounds, clients } = await federation.until(
      `the end of round ${round}`,
      (snapshot) => (snapshot.rounds.find((one) => one.round === round)?.closedAt ?? null) !== null,
      DEADLINE_MS,
    );
    const summed = rounds.find((one) => one.round === round);
    expect(summed?.aggregated.toSorted()).toEqual(clients.map(({ id }) => id).toSorted());
    // One sum was begun: nobody's keys were new.
    expect(summed).toMatchObject({ exchanges: 1 });
    const told = clients.map(({ samples, history }) => ({
      samples,
      metrics: history.find((one) => one.round === round)?.metrics,
    }));
    const meanOf = (rows: "train" | "test", pick: (metrics: (typeof told)[number]["metrics"]) => number | null | undefined) => {
      const weights = told.map(({ samples }) => samples[rows] ?? 0);
      const values = told.map(({ metrics }) => pick(metrics) ?? Number.NaN);
      return (
        values.reduce((sum, value, k) => sum + value * (weights[k] ?? 0), 0) / weights.reduce((sum, weight) => sum + weight, 0)
      );
    };
    expect(summed?.means?.trainRows).toBe(told.reduce((sum, { samples }) => sum + (samples.train ?? 0), 0));
    // Counts are exact in a sum, losses rounded to a 50 / 2^26 of 4,096 rows' worth.
    expect(summed?.means?.accuracy.shared).toBeCloseTo(
      meanOf("test", (metrics) => metrics?.accuracy.shared),
      6,
    );
    expect(summed?.means?.trainLoss).toBeCloseTo(
      meanOf("train", (metrics) => metrics?.trainLoss),
      3,
    );
    expect(summed?.means?.trainLoss).toBeGreaterThan(0.01);
  },
  DEADLINE_MS,
);
