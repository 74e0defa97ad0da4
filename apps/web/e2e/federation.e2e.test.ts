/** Whole federations of real tabs: what happens when one is killed, one reloads, and what is on the wire meanwhile. */

import type { Row } from "@duet/lora-core/data/row";
import { DEMO_METHOD, defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFreshDatabase } from "../../../tools/testing/freshDatabase.ts";
import { CANARY_PARTS, canaryRuns, withCanary } from "./support/canary.ts";
import { join, type Participant } from "./support/participant.ts";
import { answerFile, askAllFour, moveWeight } from "./support/playground.ts";
import { type Stage, startStage } from "./support/stage.ts";
import { occurrences, recordWire, tokenOccurrences, type Wire } from "./support/wire.ts";

const DEADLINE_MS = 120_000;

const scenario = logsScenario({ clients: 3, seed: 11, rowsPerClient: 60 });
const rowsOf = (client: number): Row[] => withCanary(scenario.clients[client]?.rows ?? []);

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({}, await createFreshDatabase());
});
afterAll(() => stage?.close());

async function small(overrides: Partial<Parameters<typeof defaultFederation>[0]> = {}) {
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("The coordinator does not offer use-lite");
  return defaultFederation({
    name: "e2e",
    model,
    task: scenario.task,
    method: DEMO_METHOD,
    rounds: 2,
    localSteps: 4,
    innerSteps: 3,
    reconnectGraceSeconds: 4,
    training: { batchSize: 8, maxTokens: 32 },
    ...overrides,
  });
}

async function participant(
  name: string,
  index: number,
  inviteUrl: string,
  { rows = rowsOf(index), ...extra }: { rows?: Row[]; backend?: string; onPage?: (page: Page) => void } = {},
) {
  const file = await stage.writeRows(name, rows);
  return join(stage.browser, inviteUrl, { name, file, input: "input", answer: "answer" }, { deadlineMs: DEADLINE_MS, ...extra });
}

describe("a federation of three tabs", () => {
  it("survives a killed tab and a reload, reports who left, and never sends a word of anyone's data", async () => {
    const federation = await stage.open(await small({ minClients: 3, innerSteps: 12 }), { contact: "the ward desk" });
    const wires: Wire[] = [];
    const onPage = (page: Page) => void wires.push(recordWire(page));
    const tabs: Participant[] = [];
    for (const [index, name] of ["anna", "bram", "chen"].entries()) {
      tabs.push(await participant(name, index, federation.inviteUrl, { onPage }));
    }
    const [, bram, chen] = tabs;

    const running = await federation.until(
      "round 1 to train",
      ({ openRound, clients }) =>
        openRound?.round === 1 &&
        clients.filter(({ progress }) => progress?.round === 1 && progress.activity === "training").length >= 2,
    );
    const idsBefore = running.clients.map(({ id }) => id).sort();
    await chen?.context.close();
    await bram?.page.reload();

    const finished = await federation.until("the federation to end", ({ endedAt }) => endedAt !== null, 240_000);
    expect(finished.phase).toBe("finished");
    expect(finished.clients.map(({ id }) => id).sort()).toEqual(idsBefore);

    const byName = Object.fromEntries(finished.clients.map((client) => [client.name, client]));
    expect(byName.chen).toMatchObject({ status: "left", note: "connection lost" });
    for (const name of ["anna", "bram"]) {
      const final = byName[name]?.history.at(-1)?.metrics;
      expect(final?.fusion?.evaluations).toBeGreaterThanOrEqual(4);
      for (const value of Object.values(final?.accuracy ?? {})) expect(value).toBeGreaterThanOrEqual(0);
      expect(byName[name]?.bytesUp).toBeGreaterThan(0);
    }
    const lastFederated = finished.rounds.find(({ round }) => round === 2);
    expect(lastFederated?.aggregated.slice().sort()).toEqual([byName.anna?.id, byName.bram?.id].sort());

    // What was learned is tried out in the tab: on its own words, whose canary the wires are then searched for.
    const page = tabs[0]?.page as Page;
    const answers = await askAllFour(page, rowsOf(0)[0]?.input ?? "");
    expect(Object.keys(answers)).toEqual(["base", "personal", "shared", "fused"]);
    const labels = scenario.task.kind === "label" ? scenario.task.labels : [];
    for (const label of Object.values(answers)) expect(labels).toContain(label);
    const moved = await moveWeight(page);
    expect(moved.after - moved.before).toBeCloseTo(0.01);
    const answered = await answerFile(page, await stage.writeRows("answers", rowsOf(0)));
    expect(answered).toHaveLength(rowsOf(0).length);
    expect(answered.map((row) => row.input)).toEqual(rowsOf(0).map(({ input }) => input));
    const right = answered.filter((row) => row["predicted label"] === row.answer).length;
    expect(right / answered.length).toBeGreaterThan(1 / labels.length);

    expect(wires.map(({ sent }) => sent.length > 0)).toEqual([true, true, true]);
    expect(wires.map((wire) => occurrences(wire, ["round:submit"]) > 0).slice(0, 2)).toEqual([true, true]);
    // Every byte of the adapters was among what was searched.
    const arrived = ["anna", "bram"].map((name) => byName[name]?.bytesUp ?? Number.POSITIVE_INFINITY);
    expect(wires.slice(0, 2).map(({ bodyBytes }, tab) => bodyBytes >= (arrived[tab] ?? 0))).toEqual([true, true]);
    expect(wires.map((wire) => occurrences(wire, CANARY_PARTS))).toEqual([0, 0, 0]);
    const runs = canaryRuns("models/use-lite/tokenizer.json");
    expect(wires.map((wire) => tokenOccurrences(wire, runs))).toEqual([0, 0, 0]);
    await Promise.all(tabs.slice(0, 2).map(({ context }) => context.close()));

    // Its organiser lists it: what came of it is a card for everybody.
    const stranger = await stage.browser.newPage();
    await stranger.goto(stage.url);
    const finishedHere = stranger.getByRole("region", { name: "Finished on this coordinator" });
    const card = await finishedHere.getByRole("article", { name: "e2e" }).textContent();
    expect(card).toMatch(/[01]\.\d\d → [01]\.\d\d/);
    // Who left is not counted.
    expect(card).toContain("2 clients · 2 rounds");
    expect(card).toContain("Ask: the ward desk");
    await stranger.close();
  });

  it("trains on WebGPU (software here) when told to, and says so", async () => {
    const config = await small({
      // Five fusion evaluations: a software GPU is slow.
      method: "fdlora",
      preset: "paper",
      minClients: 1,
      rounds: 1,
      localSteps: 1,
      innerSteps: 1,
      training: { batchSize: 2, maxTokens: 16 },
    });
    const federation = await stage.open(config);
    const tab = await participant("gpu", 0, federation.inviteUrl, { backend: "webgpu", rows: rowsOf(0).slice(0, 16) });
    const finished = await federation.until("the end on webgpu", ({ endedAt }) => endedAt !== null, 280_000);
    expect(finished.phase).toBe("finished");
    expect(finished.clients[0]?.device?.backend).toBe("webgpu");
    await tab.page
      .getByRole("region", { name: "My tab" })
      .getByText(/webgpu/i)
      .first()
      .waitFor();
    await tab.context.close();
  });
});
