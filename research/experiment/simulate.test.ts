import { splitRows } from "@duet/lora-core/data/splitRows";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ExperimentData } from "./clientData.ts";
import { type OpenModel, openModel } from "./openModel.ts";
import { type RunResult, runSettings } from "./runs.ts";
import { createSimulation, simulate } from "./simulate.ts";

const CLIENTS = 2;
const scenario = logsScenario({ clients: CLIENTS, rowsPerClient: 20, seed: 3 });
const data: ExperimentData = {
  task: scenario.task,
  maxTokens: 12,
  clients: scenario.clients.map(({ name, rows }) => ({ name, split: splitRows(rows, { seed: 3 }), unseen: [] })),
};

let opened: OpenModel;
beforeAll(async () => {
  opened = await openModel("models/use-lite");
}, 60_000);
afterAll(() => opened.model.dispose());

function run(changed: object): Promise<RunResult> {
  const few = { rounds: 2, steps: 10, local: 2, rows: 40, batchSize: 4 };
  const all = {
    scenario: "medical",
    model: "models/use-lite",
    clients: CLIENTS,
    alpha: 1,
    seed: 3,
    labelNoise: 0,
    dropClients: 0,
  };
  const settings = runSettings.parse({ ...all, ...few, ...changed });
  return simulate({ settings, data, ...opened, onProgress: () => {} });
}

describe("a simulated federation", () => {
  test("gives the same result twice, apart from its seconds", async () => {
    const [first, second] = [await run({ method: "fdlora:sends-personal" }), await run({ method: "fdlora:sends-personal" })];
    expect({ ...second, seconds: 0 }).toEqual({ ...first, seconds: 0 });
    expect(first.perRound.map(({ round, served }) => [round, served === null])).toEqual([
      [0, true],
      [1, false],
      [2, false],
      [3, true],
    ]);
  });

  test("FDLoRA sends the personal adapters once more than FedAvg sends, and both train within the budget", async () => {
    const [fdlora, fedavg] = [await run({ method: "fdlora:sends-personal" }), await run({ method: "fedavg" })];
    expect(fedavg.innerSteps).toBe(5);
    // 2 alone, 2 x 3 together, 1 for the search.
    expect(fdlora.innerSteps).toBe(3);
    // Up in T rounds, and stage 1 of FDLoRA; down in T + 1 rounds.
    const oneRound = fedavg.bytesUp / 2;
    expect(fdlora.bytesUp).toBe(3 * oneRound);
    expect([fdlora.bytesDown, fedavg.bytesDown]).toEqual([3 * oneRound, 3 * oneRound]);
    expect(fedavg.perRound.map(({ bytes }) => bytes)).toEqual([2 * oneRound, 4 * oneRound, null]);
  });

  test("by fair rules who searches nothing trains on the rows of the search too, and chooses no round by them", async () => {
    const [before, fair] = [await run({ method: "fedavg" }), await run({ method: "fedavg", rules: "fair" })];
    expect([before.bestRound, fair.bestRound]).toEqual([expect.any(Number), null]);
    expect(fair.innerSteps).toBe(before.innerSteps);
    const settings = { ...before.settings, rules: "fair" as const };
    const rowsOf = async (method: string) => {
      const all = { settings: { ...settings, method }, data, model: opened.model, defaultTargets: opened.defaultTargets };
      const simulation = await createSimulation({ ...all, smallTargets: opened.smallTargets, onProgress: () => {} });
      const rows = simulation.clients.map(({ client }) => client.examples.train.length);
      simulation.dispose();
      return rows;
    };
    const lengths = (part: "train" | "fusion") => data.clients.map(({ split }) => split[part].length);
    expect(await rowsOf("fdlora:private")).toEqual(lengths("train"));
    expect(await rowsOf("fedavg-finish")).toEqual(lengths("train").map((count, i) => count + (lengths("fusion")[i] ?? 0)));
  });

  test("by fair rules a forward pass of the search costs more of the steps", async () => {
    const withSteps = { method: "fdlora:private", steps: 10 };
    const [before, fair] = [await run(withSteps), await run({ ...withSteps, rules: "fair" })];
    expect([before.innerSteps, fair.innerSteps]).toEqual([3, 2]);
    expect(fair.bestRound).not.toBeNull();
  });

  test("sums as secure sums do: half the bytes, the same rows trained, and what rounding lost is small and told", async () => {
    const plain = await run({ method: "fdlora:private" });
    const [fine, coarse] = [
      await run({ method: "fdlora:private", sumBits: 16 }),
      await run({ method: "fdlora:private", sumBits: 8 }),
    ];
    const lost = (result: RunResult) => result.perRound.flatMap(({ roundingError }) => roundingError ?? []);
    expect(lost(plain)).toEqual([]);
    expect(lost(fine)).toHaveLength(2);
    expect(Math.max(...lost(fine))).toBeLessThan(0.01);
    expect(Math.min(...lost(fine))).toBeGreaterThan(0);
    expect(Math.min(...lost(coarse))).toBeGreaterThan(10 * Math.max(...lost(fine)));
    // Beside the update there are weight, rows, right answers and losses of every client in every round.
    expect(fine.bytesUp).toBe(plain.bytesUp / 2 + 2 * 2 * 80);
    expect(coarse.bytesUp).toBe(plain.bytesUp / 4 + 2 * 2 * 80);
    expect(fine.trainTokens).toBe(plain.trainTokens);
  });

  test("time is the slowest one's: fewer steps for it and leaving it out are shorter, and equal speeds give equal runs", async () => {
    const unlike = { method: "fedavg", speeds: [1, 4] };
    const [equal, bySpeed, skipped, alike] = [
      await run(unlike),
      await run({ ...unlike, work: "bySpeed" }),
      await run({ ...unlike, work: "skipped" }),
      await run({ method: "fedavg", work: "bySpeed", speeds: [1, 1] }),
    ];
    const clocks = ({ perRound }: RunResult) => perRound.flatMap(({ clock }) => clock ?? []);
    // Five steps a round; in the second the slow client does one of them.
    expect(clocks(equal)).toEqual([20, 40]);
    expect(clocks(bySpeed)).toEqual([20, 25]);
    expect(clocks(skipped)).toEqual([5, 10]);
    expect(clocks(alike)).toEqual([5, 10]);
    expect(bySpeed.trainTokens).toBeLessThan(equal.trainTokens);
    expect([alike.accuracies, alike.trainTokens]).toEqual([equal.accuracies, equal.trainTokens]);
    expect(clocks(await run({ method: "fedavg" }))).toEqual([]);
  });

  test("what a slower client gives late counts in the round that takes it, and holds up nobody", async () => {
    const clocks = ({ perRound }: RunResult) => perRound.flatMap(({ clock }) => clock ?? []);
    const of = (work: "late" | "skipped" | undefined, speeds: number[]) =>
      run({ method: "fedavg", speeds, ...(work ? { work } : {}) });
    const [late, skipped, equal] = [await of("late", [1, 2]), await of("skipped", [1, 2]), await of(undefined, [1, 2])];
    // Its answer of round 1 comes as round 2 is over, the one of round 2 never.
    expect(clocks(late)).toEqual([5, 10]);
    expect(late.trainTokens).toBeGreaterThan(skipped.trainTokens);
    expect(late.trainTokens).toBeLessThan(equal.trainTokens);
    expect(late.bytesUp).toBe((3 / 2) * skipped.bytesUp);
    // Four times as slow it is never done, as one that is left out; and where all are as fast nobody is late.
    const [tooLate, without] = [await of("late", [1, 4]), await of("skipped", [1, 4])];
    expect([tooLate.accuracies, tooLate.trainTokens, clocks(tooLate)]).toEqual([
      without.accuracies,
      without.trainTokens,
      clocks(without),
    ]);
    const [alike, all] = [await of("late", [1, 1]), await of(undefined, [1, 1])];
    expect([alike.accuracies, alike.trainTokens]).toEqual([all.accuracies, all.trainTokens]);
    await expect(run({ method: "scaffold", work: "late", speeds: [1, 2] })).rejects.toThrow(/SCAFFOLD sends more/);
  });

  test("clients of ranks 2 and 4 send and receive as much less, whose shared adapters come together either way", async () => {
    const bytes = ({ bytesUp, bytesDown }: RunResult) => bytesUp + bytesDown;
    const [small, large] = [
      await run({ method: "fedavg", ranks: { of: [2], how: "padded" } }),
      await run({ method: "fedavg", ranks: { of: [4, 4], how: "svd" } }),
    ];
    expect(bytes(large)).toBe(2 * bytes(small));
    for (const method of ["fedavg", "fdlora:private"]) {
      const found: number[] = [];
      for (const how of ["padded", "weighted", "svd"] as const) {
        const result = await run({ method, ranks: { of: [2, 4], how } });
        if (method === "fedavg") expect(bytes(result)).toBe(1.5 * bytes(small));
        expect(result.perRound.flatMap(({ aggregationError }) => aggregationError ?? [])).toHaveLength(2);
        found.push(result.perRound.find(({ round }) => round === 2)?.fusionLoss ?? Number.NaN);
      }
      expect(new Set(found).size).toBe(3);
    }
    await expect(run({ method: "scaffold", ranks: { of: [2, 4], how: "padded" } })).rejects.toThrow(/SCAFFOLD sends more/);
  });

  test("learns: all of it is better than the base", async () => {
    const result = await run({ method: "local", steps: 24, local: 20, rounds: 1 });
    expect(result.accuracyMean).toBeGreaterThan((result.baseMean ?? 1) + 0.1);
  });

  test("takes K as it is told, and a budget in tokens", async () => {
    expect((await run({ method: "fedavg", inner: 1, rounds: 1 })).innerSteps).toBe(1);
    const spent = await run({ method: "fedavg", budget: 200, rounds: 1 });
    expect(spent.trainTokens / CLIENTS).toBeGreaterThan(120);
    expect(spent.trainTokens / CLIENTS).toBeLessThan(230);
  });
});
