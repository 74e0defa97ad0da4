/** A client's privacy budget over rounds, killed tabs, and federations on the same rows: the real small decoder, the real accountant. */
import type { RoundBeginning, RoundKey, RoundRequest, RoundResult } from "@duet/lora-core/contract/clientRound";
import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import type { DataSplit } from "@duet/lora-core/data/row";
import { curveOf, epsilonOf } from "@duet/lora-core/differentialPrivacy/privacyLoss";
import { NO_METRICS, type Progress } from "@duet/lora-core/protocol/metrics";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { beforeAll, describe, expect, it } from "vitest";
import { testWasm } from "../backends/testBackend.ts";
import { readModelFolder } from "../models/testing/modelFolder.ts";
import { ClientDesk, type ClientStore } from "./clientDesk.ts";
import { createLocalClient } from "./localClient.ts";
import { createMemoryLedger, EMPTY_LEDGER, type LedgerStore, type PrivacyLedger, rowDigests, spentOn } from "./privacyLedger.ts";
import type { RoundCheckpoint } from "./roundCheckpoint.ts";
import type { TrainingEngine } from "./trainingEngine.ts";

const STEPS = 6;
const EPSILON = 2;
const row = (line: number) => ({ line, input: `disk ${line} failed`, answer: line % 2 ? "error" : "info" });
const rows = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => row(from + i));
const split: DataSplit = { train: rows(1, 8), fusion: rows(9, 10), test: rows(11, 12) };
const steps = (amount: number) => ({ unit: "steps", amount }) as const;
const setup: Omit<EngineSetup, "clientSeed"> = {
  task: { kind: "label", labels: ["error", "info"] },
  adapter: { rank: 2, alpha: 4, dropout: 0.1, targetModules: ["q_proj"] },
  training: {
    batchSize: 4,
    maxTokens: 16,
    learningRate: 4e-3,
    warmupSteps: 0,
    weightDecay: 0,
    clipNorm: 1,
    privacy: { epsilon: EPSILON, clip: 1 },
  },
  trainings: [steps(STEPS)],
  seed: 5,
};
const plan = methodOf({ id: "local", config: {} }).plan(
  { local: steps(STEPS), inner: steps(1), rounds: 1 },
  { round: 0, isNewcomer: false },
);
const request = { round: 0, plan, received: null };
/** A round that only mixes the two adapters. */
const fusing: RoundRequest = {
  round: 0,
  plan: {
    stage: "fusing",
    receive: null,
    steps: [],
    upload: null,
    serve: { kind: "fuse", search: { kind: "factor", objective: "loss", maxEvaluations: 6, l1: 0, confidence: 0, bound: 1 } },
  },
  received: null,
};
const key: RoundKey = { round: 0, attempt: 1 };
const quiet = () => {};
const DELTA = 1 / (2 * split.train.length);
const epsilonIn = (ledger: PrivacyLedger, of = split) => epsilonOf(curveOf(spentOn(ledger, rowDigests(of.train))), DELTA);

/** A device whose disk keeps a round under way after every step, and the ledger. */
function device() {
  const saved = new Map<string, DataSplit>();
  let underWay: RoundCheckpoint | null = null;
  const ledger = createMemoryLedger();
  const store: ClientStore = {
    rows: async (clientId) => saved.get(clientId) ?? null,
    saveRows: async (clientId, held) => void saved.set(clientId, held),
    kept: async () => null,
    saveKept: async () => {
      underWay = null;
    },
    saveSubmitted: async () => {},
    sum: async () => null,
    saveSum: async () => {},
    underWay: async () => underWay && structuredClone(underWay),
    saveUnderWay: async (_, round) => {
      underWay = structuredClone(round);
    },
    dropUnderWay: async () => {
      underWay = null;
    },
    forget: async () => {
      underWay = null;
    },
    ...ledger,
  };
  return { store, ledger: () => ledger.updateLedger((kept) => ({ ledger: kept, result: kept })) };
}

let engine: TrainingEngine;
beforeAll(async () => {
  engine = createLocalClient(testWasm());
  await engine.open(readModelFolder("duet-tiny"), "wasm");
});

interface Life {
  readonly of?: DataSplit;
  readonly change?: Partial<typeof setup>;
  readonly asked?: RoundRequest;
  /** The tab is killed right after so many steps of this life were written down, before the last of them is taken. */
  readonly killedAt?: number;
}

/** One life of a tab: steps that it was granted, all progress it told, and what came of the round, if it got there. */
async function live(
  store: ClientStore,
  { of = split, change = {}, asked = request, killedAt = Number.POSITIVE_INFINITY }: Life = {},
) {
  let granted = 0;
  // Every step takes six seconds, and is kept.
  let ms = 0;
  const counting: ClientStore = {
    ...store,
    async updateLedger(change) {
      const result = await store.updateLedger(change);
      if (result === true) granted += 1;
      ms += 6_000;
      if (granted === killedAt) await engine.cancel();
      return result;
    },
  };
  const desk = new ClientDesk(engine, counting, () => ms);
  const { seed } = { ...setup, ...change };
  // The same client again where it was here before; a federation of another seed has another one.
  const back = await desk.recall(`anna ${seed}`);
  await desk.begin({ rows: back?.rows ?? desk.hold(of), setup: { ...setup, ...change }, model: "base", start: null });
  if (!back) await desk.keepAs(`anna ${seed}`);
  const told: Progress[] = [];
  const begun: RoundBeginning[] = [];
  try {
    const { done } = await desk.runRound(
      key,
      asked,
      (progress) => told.push(progress),
      (beginning) => begun.push(beginning),
    );
    return { granted, told, begun, done: done as RoundResult };
  } catch (error) {
    if (killedAt === Number.POSITIVE_INFINITY) throw error;
    return { granted, told, begun, done: null };
  }
}

describe("a private client", () => {
  it("spends what was planned, and tells nothing of its rows but that", async () => {
    const { store, ledger } = device();
    const { told, done } = await live(store);
    const { privacy, ...figures } = done?.metrics ?? NO_METRICS;
    expect(figures).toEqual(NO_METRICS);
    expect(privacy).toMatchObject({ limit: EPSILON, delta: DELTA, budgetSpent: true });
    expect(privacy?.epsilon).toBeCloseTo(epsilonIn(await ledger()), 12);
    expect(privacy?.epsilon).toBeLessThanOrEqual(EPSILON);
    expect(privacy?.epsilon).toBeGreaterThan(0.99 * EPSILON);
    // For its owner alone; what of it leaves the session decides.
    expect(told.some(({ loss }) => loss !== null)).toBe(true);
    expect(done?.own?.accuracy.personal).not.toBeNull();
    expect(done?.own?.trainLoss).toBeGreaterThan(0);
  });

  it("never takes a step that is not written down, and ends at its budget, however often it is killed", async () => {
    const { store, ledger } = device();
    let granted = 0;
    let lives = 0;
    let done: RoundResult | null = null;
    while (!done && lives < 20) {
      lives += 1;
      const life = await live(store, { killedAt: 1 + (lives % 2) });
      granted += life.granted;
      done = life.done;
      const written = spentOn(await ledger(), rowDigests(split.train)).reduce((sum, entry) => sum + entry.steps, 0);
      expect(written).toBe(granted);
      expect(epsilonIn(await ledger())).toBeLessThanOrEqual(EPSILON);
    }
    expect(lives).toBeGreaterThan(2);
    expect(done?.metrics.privacy?.budgetSpent).toBe(true);
    expect(granted).toBe(STEPS);
    // What was killed before it was taken is paid for and gone.
    expect(done?.own?.trainLoss).toBeGreaterThan(0);
  });

  it("takes part with what it has once its budget is spent", async () => {
    const { store } = device();
    await live(store);
    const before = await engine.checkpoint();
    const again = await live(store, { change: { seed: 5 } });
    expect(again.granted).toBe(0);
    expect(again.done?.metrics).toMatchObject({ trainLoss: null, privacy: { budgetSpent: true } });
    expect(before.personal).not.toEqual((await engine.checkpoint()).personal);
  });

  it("goes on with one budget in every federation on any of its rows", async () => {
    const { store, ledger } = device();
    const half = { ...setup.training, privacy: { epsilon: EPSILON / 2, clip: 1 } };
    await live(store, { change: { training: half } });
    const first = epsilonIn(await ledger());
    // Other rows, but for one, which is written otherwise.
    const other: DataSplit = { ...split, train: [...rows(21, 27), { line: 1, input: "  Disk 3   FAILED ", answer: "info" }] };
    const second = await live(store, { of: other, change: { seed: 6 } });
    expect(second.granted).toBe(STEPS);
    expect(second.done?.metrics.privacy?.epsilon).toBeGreaterThan(first);
    expect(second.done?.metrics.privacy?.epsilon).toBeLessThanOrEqual(EPSILON);
    // The first rows have lost by it too; rows that nobody trained on have not.
    expect(epsilonIn(await ledger())).toBeGreaterThan(first);
    expect(epsilonIn(await ledger(), { ...split, train: rows(30, 37) })).toBe(0);
    // Nothing is left for a third one with the smaller budget.
    expect((await live(store, { change: { training: half, seed: 7 } })).granted).toBe(0);
  });

  it("keeps its noise after a reload, whatever was spent meanwhile", async () => {
    const { store } = device();
    const noises: (number | undefined)[] = [];
    await live(store, { killedAt: 3 });
    const { done, begun } = await live(store);
    expect(begun).toEqual([
      { kind: "resumed", training: { step: expect.any(Number), steps: STEPS }, backend: "wasm", isExact: false, isPrivate: true },
    ]);
    noises.push(done?.metrics.privacy?.noiseMultiplier, (await live(device().store)).done?.metrics.privacy?.noiseMultiplier);
    expect(noises[0]).toBe(noises[1]);
  });

  it("chooses how to mix its adapters by rows that pay for it, which are not those that it trains on", async () => {
    const { store, ledger } = device();
    const { done } = await live(store, { asked: fusing });
    const chosen = await ledger();
    expect(spentOn(chosen, rowDigests(split.train))).toEqual([]);
    expect(spentOn(chosen, rowDigests(split.fusion))).toEqual([{ choiceEpsilon: expect.any(Number), steps: 1 }]);
    const spent = epsilonIn(chosen, { ...split, train: split.fusion });
    expect(done?.metrics).toEqual({ ...NO_METRICS, privacy: expect.objectContaining({ epsilon: spent, budgetSpent: false }) });
    expect(spent).toBeGreaterThan(0.4 * EPSILON);
    expect(spent).toBeLessThanOrEqual(EPSILON / 2);
    const { personal = Number.NaN, shared = Number.NaN } = done?.own?.fusion ?? {};
    expect([0, 0.25, 0.5, 0.75, 1]).toContain(personal);
    expect(personal + shared).toBe(1);
    // Both kinds of rows together are within the limit, and what is said is the larger of the two.
    const trained = await live(store);
    expect(trained.granted).toBe(STEPS);
    expect(trained.done?.metrics.privacy?.epsilon).toBeCloseTo(Math.max(spent, epsilonIn(await ledger())), 12);
  });

  it("pays for a choice once, though its round is stopped after it, and takes half of each where nothing is left to pay with", async () => {
    const { store, ledger } = device();
    const choices = async () => spentOn(await ledger(), rowDigests(split.fusion)).reduce((sum, { steps }) => sum + steps, 0);
    // The tab ends as the round would be kept as done: its choice is in the journal.
    const dying = { ...store, saveKept: async () => Promise.reject(new Error("The tab was closed")) };
    await live(dying, { asked: fusing });
    expect(await choices()).toBe(1);
    const again = await live(store, { asked: fusing });
    expect(await choices()).toBe(1);
    expect(again.begun[0]?.kind).toBe("resumed");
    // Rows that another federation has trained on up to the limit.
    const trainedOn = device();
    await live(trainedOn.store, { of: { ...split, train: [...rows(1, 6), ...split.fusion], fusion: rows(31, 32) } });
    const spent = await live(trainedOn.store, { asked: fusing, change: { seed: 8 } });
    expect(spent.done?.own?.fusion).toMatchObject({ personal: 0.5, shared: 0.5 });
    expect(spent.done?.metrics.privacy?.epsilon).toBeLessThanOrEqual(EPSILON);
  });

  it("trains on nothing where the device keeps no ledger, and begins with no delta above 1 / N", async () => {
    const { store } = device();
    const deaf: LedgerStore = {
      updateLedger: async () => {
        throw new DOMException("The quota is used up", "QuotaExceededError");
      },
    };
    await expect(live({ ...store, ...deaf })).rejects.toMatchObject({ code: "PRIVACY_LEDGER" });
    const loose = { ...setup.training, privacy: { epsilon: 1, delta: 0.2, clip: 1 } };
    await expect(live({ ...store, ...deaf }, { change: { training: loose } })).rejects.toMatchObject({
      code: "PRIVACY_SETTINGS",
    });
    await expect(engine.runRound(request, quiet)).rejects.toThrow("somebody who counts its steps");
  });

  it("stops a round whose ledger fails in the middle, before the step is taken", async () => {
    const { store } = device();
    let writes = 0;
    const failing: LedgerStore = {
      updateLedger: async (change) => {
        writes += 1;
        // The calibration, and two steps.
        if (writes > 3) throw new DOMException("The disk is gone", "UnknownError");
        return store.updateLedger(change);
      },
    };
    const told: number[] = [];
    const desk = new ClientDesk(engine, { ...store, ...failing });
    await desk.begin({ rows: desk.hold(split), setup, model: "base", start: null });
    const run = desk.runRound(key, request, ({ activity, step }) => void (activity === "training" && told.push(step)), quiet);
    await expect(run).rejects.toMatchObject({ code: "PRIVACY_LEDGER" });
    expect(Math.max(...told)).toBeLessThanOrEqual(2);
  });
});

describe("a ledger", () => {
  it("starts empty, and counts rows that are the same but for case and space as one", () => {
    expect(spentOn(EMPTY_LEDGER, rowDigests(split.train))).toEqual([]);
    expect(rowDigests([row(1), { ...row(1), input: " DISK 1\tfailed", answer: "info" }])).toHaveLength(1);
  });
});
