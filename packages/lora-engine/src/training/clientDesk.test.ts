import type { KeptSamples } from "@duet/lora-core/contract/answerSamples";
import type { ClientCheckpoint, KeptClient, RoundBeginning, RoundKey, RoundRequest } from "@duet/lora-core/contract/clientRound";
import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import type { DataSplit } from "@duet/lora-core/data/row";
import { DuetError } from "@duet/lora-core/errors/duetError";
import { presetOf } from "@duet/lora-core/federation/federationDefaults";
import { methodOf } from "@duet/lora-core/strategies/registry";
import type { RoundPlan } from "@duet/lora-core/strategies/strategy";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { testWasm } from "../backends/testBackend.ts";
import { readModelFolder } from "../models/testing/modelFolder.ts";
import { ClientDesk, type ClientStore } from "./clientDesk.ts";
import { createLocalClient } from "./localClient.ts";
import { createMemoryLedger } from "./privacyLedger.ts";
import { contentHash, type RoundCheckpoint } from "./roundCheckpoint.ts";
import type { RoundKeeping } from "./roundJournal.ts";
import type { SampleStore } from "./sampleBook.ts";
import type { TrainingEngine } from "./trainingEngine.ts";

const setup: Omit<EngineSetup, "clientSeed"> = {
  task: { kind: "label", labels: ["error", "info"] },
  adapter: { rank: 2, alpha: 4, dropout: 0, targetModules: ["q_proj"] },
  training: { batchSize: 4, maxTokens: 16, learningRate: 4e-3, warmupSteps: 0, weightDecay: 0, clipNorm: 1 },
  seed: 5,
};
const row = (line: number) => ({ line, input: `disk ${line} failed`, answer: line % 2 ? "error" : "info" });
const split: DataSplit = { train: [row(1), row(2), row(3), row(4)], fusion: [row(5)], test: [row(6)] };
const plan = methodOf({ id: "local", config: {} }).plan(
  { local: { unit: "steps", amount: 1 }, inner: { unit: "steps", amount: 1 }, rounds: 1 },
  { round: 0, isNewcomer: false },
);
const key: RoundKey = { round: 0, attempt: 1 };

/** A store in memory that counts what is written. */
function memoryStore() {
  const rows = new Map<string, DataSplit>();
  const kept = new Map<string, KeptClient>();
  const sent = new Map<string, RoundKey>();
  const underWay = new Map<string, RoundCheckpoint>();
  const writes: string[] = [];
  const store: ClientStore = {
    rows: async (id) => rows.get(id) ?? null,
    saveRows: async (id, held) => {
      writes.push("rows");
      rows.set(id, held);
    },
    kept: async (id) => kept.get(id) ?? null,
    saveKept: async (id, held) => {
      writes.push("kept");
      kept.set(id, held);
      underWay.delete(id);
    },
    saveSubmitted: async (id, submitted) => {
      writes.push("submitted");
      sent.set(id, submitted);
    },
    underWay: async (id) => underWay.get(id) ?? null,
    saveUnderWay: async (id, round) => {
      writes.push("under way");
      underWay.set(id, structuredClone(round));
    },
    ...createMemoryLedger(),
    dropUnderWay: async (id) => void underWay.delete(id),
    sum: async () => null,
    saveSum: async () => {},
    forget: async (id) => {
      for (const of of [rows, kept, underWay]) of.delete(id);
    },
  };
  return { store, writes, kept, sent, underWay };
}

const quiet = () => {};

let engine: TrainingEngine;
beforeAll(async () => {
  engine = createLocalClient(testWasm());
  await engine.open(readModelFolder("duet-tiny"), "wasm");
});

it("writes rows once and a result after every round, and comes back from them as the same client", async () => {
  const { store, writes, sent } = memoryStore();
  const desk = new ClientDesk(engine, store);
  const rows = desk.hold(split);
  expect(await desk.begin({ rows, setup, model: "base", start: null })).toEqual({ train: 4, fusion: 1, test: 1 });
  expect(await desk.keepAs("anna")).toBe(true);
  expect(await desk.keepAs("anna")).toBe(true);
  const kept = await desk.runRound(key, { round: 0, plan, received: null }, quiet, quiet);
  await desk.confirmSubmitted({ round: 0, attempt: 2 });
  expect(writes).toEqual(["rows", "kept", "kept", "submitted"]);
  expect(sent.get("anna")).toEqual({ round: 0, attempt: 2 });
  expect(kept).toMatchObject({ isKept: true, done: { round: 0, submitted: false }, checkpoint: { lastRound: 0 } });

  const later = new ClientDesk(engine, store);
  const back = await later.recall("anna");
  expect(back?.checkpoint).toEqual(kept.checkpoint);
  await later.begin({ rows: back?.rows ?? "", setup, model: "base", start: null });
  expect(await engine.checkpoint()).toEqual(kept.checkpoint);
});

it("keeps what adapters answered to a few rows beside the client, not with it, and shows it with the rows", async () => {
  const asking = createLocalClient({ ...testWasm(), takesSamples: true });
  await asking.open(readModelFolder("duet-tiny"), "wasm");
  const { store } = memoryStore();
  const saved = new Map<string, KeptSamples>();
  const samples: SampleStore = {
    of: async (id) => saved.get(id) ?? null,
    save: async (id, taken) => void saved.set(id, taken),
  };
  const desk = new ClientDesk(asking, { ...store, samples });
  await desk.begin({ rows: desk.hold(split), setup, model: "base", start: null });
  await desk.keepAs("anna");
  expect(await desk.samples("anna")).toBeNull();
  const { done } = await desk.runRound(key, { round: 0, plan, received: null }, quiet, quiet);
  // A team's members get what is kept of the client: rows and answers are none of it.
  expect(done).not.toHaveProperty("samples");
  const later = new ClientDesk(asking, { ...store, samples });
  for (const looking of [desk, later]) {
    const history = await looking.samples("anna");
    expect(history?.rows).toEqual([{ line: 6, input: "disk 6 failed", wanted: "info" }]);
    expect(history?.rounds.map(({ round, answers }) => [round, Object.keys(answers)])).toEqual([[0, ["base", "personal"]]]);
  }
  const full: SampleStore = {
    of: async () => Promise.reject(new Error("no")),
    save: async () => Promise.reject(new Error("no")),
  };
  const forgetful = new ClientDesk(asking, { ...store, samples: full });
  await forgetful.begin({ rows: forgetful.hold(split), setup, model: "base", start: null });
  await forgetful.keepAs("bram");
  expect((await forgetful.runRound(key, { round: 0, plan, received: null }, quiet, quiet)).isKept).toBe(true);
  expect((await forgetful.samples("bram"))?.rounds).toHaveLength(1);
  await forgetful.forget("bram");
  expect(await forgetful.samples("bram")).toBeNull();
});

it("shows answers to rows that another member had beside none of these", async () => {
  const asking = createLocalClient({ ...testWasm(), takesSamples: true });
  await asking.open(readModelFolder("duet-tiny"), "wasm");
  const { store } = memoryStore();
  const saved = new Map<string, KeptSamples>();
  const samples: SampleStore = {
    of: async (id) => saved.get(id) ?? null,
    save: async (id, taken) => void saved.set(id, taken),
  };
  const begun = async (rows: DataSplit) => {
    const desk = new ClientDesk(asking, { ...store, samples });
    await desk.begin({ rows: desk.hold(rows), setup, model: "base", start: null });
    return desk;
  };
  const first = await begun(split);
  await first.keepAs("anna");
  const kept = await first.runRound(key, { round: 0, plan, received: null }, quiet, quiet);
  const again = await begun(split);
  await again.adopt("anna", kept);
  expect((await again.samples("anna"))?.rounds).toHaveLength(1);
  const other = await begun({ ...split, test: [{ line: 6, input: "the rows of another", answer: "info" }] });
  await other.adopt("anna", kept);
  expect((await other.samples("anna"))?.rounds).toEqual([]);
  expect(saved.get("anna")?.rounds).toEqual([]);
});

it("goes on without a disk, and says so", async () => {
  const { store } = memoryStore();
  const full: ClientStore = {
    ...store,
    saveRows: async () => {
      throw new DOMException("The quota is used up", "QuotaExceededError");
    },
  };
  const desk = new ClientDesk(engine, full);
  await desk.begin({ rows: desk.hold(split), setup, model: "base", start: null });
  expect(await desk.keepAs("bram")).toBe(false);
  const { done } = await desk.runRound(key, { round: 0, plan, received: null }, quiet, quiet);
  expect(done.metrics.trainTokens).toBeGreaterThan(0);
});

it("begins again with the same handle after a lost device, from its last result and not from its start", async () => {
  const desk = new ClientDesk(engine, memoryStore().store);
  const rows = desk.hold(split);
  await desk.begin({ rows, setup, model: "base", start: null });
  const { checkpoint } = await desk.runRound(key, { round: 0, plan, received: null }, quiet, quiet);
  await desk.begin({
    rows,
    setup,
    model: "base",
    start: { lastRound: null, personal: new Uint8Array(4), shared: new Uint8Array(4) },
  });
  expect(await engine.checkpoint()).toEqual(checkpoint);
});

it("forgets rows that were connected and not used once others are, and says so", async () => {
  const desk = new ClientDesk(engine, memoryStore().store);
  const older = desk.hold(split);
  desk.hold(split);
  await expect(desk.begin({ rows: older, setup, model: "base", start: null })).rejects.toMatchObject({ code: "ROWS_GONE" });
});

describe("a round that was interrupted", () => {
  const long = methodOf({ id: "local", config: {} }).plan(
    { local: { unit: "steps", amount: 6 }, inner: { unit: "steps", amount: 1 }, rounds: 1 },
    { round: 0, isNewcomer: false },
  );
  const request: RoundRequest = { round: 0, plan: long, received: null };

  let ms = 0;
  const clock = () => ms;
  beforeEach(() => {
    // A step takes six seconds: every one of them is kept.
    const run = engine.runRound.bind(engine);
    vi.spyOn(engine, "runRound").mockImplementation((request, onProgress, keeping, meter) => {
      const offer: RoundKeeping["offer"] = async (read) => {
        ms += 6_000;
        await keeping?.offer(read);
      };
      return run(request, onProgress, { from: keeping?.from ?? null, offer }, meter);
    });
  });
  afterEach(() => vi.restoreAllMocks());

  /** Runs until so many steps are kept, and is stopped there as a killed tab is: nobody hears of it again. */
  async function interrupted(store: ClientStore, afterStep: number, named = key, asked = request): Promise<void> {
    const stopping: ClientStore = {
      ...store,
      async saveUnderWay(clientId, round) {
        await store.saveUnderWay(clientId, round);
        if (round.state.training && round.state.training.state.done >= afterStep) await engine.cancel();
      },
    };
    const desk = new ClientDesk(engine, stopping, clock);
    await desk.begin({ rows: desk.hold(split), setup, model: "base", start: null });
    await desk.keepAs("anna");
    await expect(desk.runRound(named, asked, quiet, quiet)).rejects.toMatchObject({ code: "STOPPED" });
  }

  /** Another tab, another worker: only the store is the same. */
  async function comeBack(store: ClientStore, named = key, model = "base", asked = request) {
    const desk = new ClientDesk(engine, store, clock);
    const back = await desk.recall("anna");
    await desk.begin({ rows: back?.rows ?? "", setup, model, start: null });
    const beginnings: RoundBeginning[] = [];
    const round = await desk.runRound(named, asked, quiet, (beginning) => beginnings.push(beginning));
    return { beginnings, checkpoint: round.checkpoint };
  }

  const straight = async (asked = request) => {
    const { store } = memoryStore();
    const desk = new ClientDesk(engine, store, clock);
    await desk.begin({ rows: desk.hold(split), setup, model: "base", start: null });
    return (await desk.runRound(key, asked, quiet, quiet)).checkpoint;
  };

  it("is gone on with to the same bits, and is forgotten once it is over", async () => {
    const { store, underWay, writes } = memoryStore();
    await interrupted(store, 4);
    expect(writes.filter((write) => write === "under way").length).toBeGreaterThan(2);
    const { beginnings, checkpoint } = await comeBack(store);
    expect(beginnings).toEqual([
      { kind: "resumed", training: { step: expect.any(Number), steps: 6 }, backend: "wasm", isExact: true },
    ]);
    expect(checkpoint).toEqual(await straight());
    expect(underWay.size).toBe(0);
    expect(writes.filter((write) => write === "rows")).toHaveLength(1);
  });

  const second = { round: 1, attempt: 1 };
  it.each([
    ["another attempt", second, { round: 1, attempt: 2 }, "base"],
    ["another base", key, key, "another"],
  ])("is of no use to %s, which begins at the beginning", async (_, begun, named, model) => {
    const { store } = memoryStore();
    const asked = { ...request, round: begun.round };
    await interrupted(store, 3, begun, asked);
    const { beginnings, checkpoint } = await comeBack(store, named, model, asked);
    expect(beginnings).toEqual([{ kind: "new" }]);
    expect(checkpoint).toEqual(await straight(asked));
  });

  it("of learning alone is gone on with outside of any round, whatever attempt it was, though nothing is sent of it there", async () => {
    const { store } = memoryStore();
    const sending: RoundPlan = { ...long, upload: { slot: "personal", form: "value", part: "all", extra: null } };
    await interrupted(store, 4, { round: 0, attempt: 2 }, { ...request, plan: sending });
    const { beginnings, checkpoint } = await comeBack(store);
    expect(beginnings).toEqual([expect.objectContaining({ kind: "resumed", isExact: true })]);
    expect(checkpoint).toEqual(await straight());
  });

  it.each<[string, (kept: RoundCheckpoint) => RoundCheckpoint]>([
    [
      "a bit of it has flipped",
      (kept) => {
        const [tensor] = kept.state.training?.state.optimizer.second ?? [];
        if (tensor) tensor.data[0] = (tensor.data[0] ?? 0) + 1e-3;
        return kept;
      },
    ],
    [
      "it has pieces that this Duet does not ask for",
      (kept) => {
        const state = { ...kept.state, training: kept.state.training && { ...kept.state.training, name: "train 7" } };
        return { ...kept, state, checksum: contentHash(state) };
      },
    ],
  ])("begins anew, and says so, when %s", async (_, damage) => {
    const { store, underWay } = memoryStore();
    await interrupted(store, 3);
    const kept = underWay.get("anna");
    if (kept) underWay.set("anna", damage(kept));
    const { beginnings, checkpoint } = await comeBack(store);
    expect(beginnings.at(-1)).toEqual({ kind: "anew" });
    expect(checkpoint).toEqual(await straight());
  });

  it("begins anew, and says so, when it cannot be read", async () => {
    const { store } = memoryStore();
    await interrupted(store, 3);
    const unreadable = async () => {
      throw new DuetError("STORED_DAMAGED", "What this browser kept of this client cannot be read");
    };
    const { beginnings } = await comeBack({ ...store, underWay: unreadable });
    expect(beginnings).toEqual([{ kind: "anew" }]);
  });

  it("that failed by itself begins at the beginning", async () => {
    const { store, underWay } = memoryStore();
    const desk = new ClientDesk(engine, store, clock);
    const wild = { ...setup, training: { ...setup.training, learningRate: 1e38 } };
    await desk.begin({ rows: desk.hold(split), setup: wild, model: "base", start: null });
    await desk.keepAs("anna");
    await expect(desk.runRound(key, request, quiet, quiet)).rejects.toMatchObject({ code: "LOSS_NOT_FINITE" });
    expect(underWay.size).toBe(0);
  });

  it("of a forgotten client leaves nothing behind", async () => {
    const { store, underWay } = memoryStore();
    const desk = new ClientDesk(engine, store, clock);
    await desk.begin({ rows: desk.hold(split), setup, model: "base", start: null });
    await desk.keepAs("anna");
    let isForgotten = false;
    await desk.runRound(
      key,
      request,
      ({ step }) => {
        if (step > 1 && !isForgotten) void desk.forget("anna");
        isForgotten ||= step > 1;
      },
      quiet,
    );
    expect(underWay.size).toBe(0);
  });
});

describe("what rounding lost", () => {
  const method = methodOf(presetOf("fedavg"));
  const budgets = { local: { unit: "steps", amount: 1 }, inner: { unit: "steps", amount: 2 }, rounds: 2 } as const;
  const coded = { ...setup, upload: { format: "int4", topK: null } } as const;

  /** A round of FedAvg that starts from the federation's own start. */
  async function turn(desk: ClientDesk, round: number) {
    const received = (await engine.checkpoint()).personal;
    const request = { round, plan: method.plan(budgets, { round, isNewcomer: false }), received };
    return desk.runRound({ round, attempt: 1 }, request, quiet, quiet);
  }

  it("is kept with the round, survives a reload, and goes along in the next one; said again a round has the same bytes", async () => {
    const { store } = memoryStore();
    const desk = new ClientDesk(engine, store);
    await desk.begin({ rows: desk.hold(split), setup: coded, model: "base", start: null });
    await desk.keepAs("anna");
    const first = await turn(desk, 1);
    const { residual, shared } = first.checkpoint as ClientCheckpoint;
    expect(first.done.upload?.byteLength).toBe(shared.byteLength / 8);
    expect(residual?.some((byte) => byte !== 0)).toBe(true);
    const second = await turn(desk, 2);

    const reloaded = async (kept: ClientCheckpoint) => {
      const later = new ClientDesk(engine, {
        ...store,
        kept: async () => ({ checkpoint: structuredClone(kept), done: first.done }),
      });
      const back = await later.recall("anna");
      expect(back?.done?.upload).toEqual(first.done.upload);
      await later.begin({ rows: back?.rows ?? "", setup: coded, model: "base", start: null });
      return (await turn(later, 2)).done.upload;
    };
    expect(await reloaded(first.checkpoint as ClientCheckpoint)).toEqual(second.done.upload);
    expect(await reloaded({ ...(first.checkpoint as ClientCheckpoint), residual: null })).not.toEqual(second.done.upload);
  });

  it("is nothing where values are sent as they are", async () => {
    const desk = new ClientDesk(engine, memoryStore().store);
    await desk.begin({ rows: desk.hold(split), setup, model: "base", start: null });
    const { checkpoint, done } = await turn(desk, 1);
    expect(checkpoint?.residual).toBeNull();
    expect(done.upload?.byteLength).toBe(checkpoint?.shared.byteLength);
  });
});
