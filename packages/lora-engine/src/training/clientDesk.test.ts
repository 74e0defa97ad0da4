import type { KeptClient, RoundKey } from "@duet/lora-core/contract/clientRound";
import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import type { DataSplit } from "@duet/lora-core/data/row";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { beforeAll, expect, it } from "vitest";
import { testWasm } from "../backends/testBackend.ts";
import { readModelFolder } from "../models/testing/modelFolder.ts";
import { ClientDesk, type ClientStore } from "./clientDesk.ts";
import { createLocalClient } from "./localClient.ts";
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
    },
    saveSubmitted: async (id, submitted) => {
      writes.push("submitted");
      sent.set(id, submitted);
    },
    forget: async (id) => {
      rows.delete(id);
      kept.delete(id);
    },
  };
  return { store, writes, kept, sent };
}

let engine: TrainingEngine;
beforeAll(async () => {
  engine = createLocalClient(testWasm());
  await engine.open(readModelFolder("duet-tiny"), "wasm");
});

it("writes rows once and a result after every round, and comes back from them as the same client", async () => {
  const { store, writes, sent } = memoryStore();
  const desk = new ClientDesk(engine, store);
  const rows = desk.hold(split);
  expect(await desk.begin({ rows, setup, start: null })).toEqual({ train: 4, fusion: 1, test: 1 });
  expect(await desk.keepAs("anna")).toBe(true);
  expect(await desk.keepAs("anna")).toBe(true);
  const kept = await desk.runRound(key, { round: 0, plan, received: null }, () => {});
  await desk.confirmSubmitted({ round: 0, attempt: 2 });
  expect(writes).toEqual(["rows", "kept", "kept", "submitted"]);
  expect(sent.get("anna")).toEqual({ round: 0, attempt: 2 });
  expect(kept).toMatchObject({ isKept: true, done: { round: 0, submitted: false }, checkpoint: { lastRound: 0 } });

  const later = new ClientDesk(engine, store);
  const back = await later.recall("anna");
  expect(back?.checkpoint).toEqual(kept.checkpoint);
  await later.begin({ rows: back?.rows ?? "", setup, start: null });
  expect(await engine.checkpoint()).toEqual(kept.checkpoint);
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
  await desk.begin({ rows: desk.hold(split), setup, start: null });
  expect(await desk.keepAs("bram")).toBe(false);
  const { done } = await desk.runRound(key, { round: 0, plan, received: null }, () => {});
  expect(done.metrics.trainTokens).toBeGreaterThan(0);
});

it("begins again with the same handle after a lost device, from its last result and not from its start", async () => {
  const desk = new ClientDesk(engine, memoryStore().store);
  const rows = desk.hold(split);
  await desk.begin({ rows, setup, start: null });
  const { checkpoint } = await desk.runRound(key, { round: 0, plan, received: null }, () => {});
  await desk.begin({ rows, setup, start: { lastRound: null, personal: new Uint8Array(4), shared: new Uint8Array(4) } });
  expect(await engine.checkpoint()).toEqual(checkpoint);
});

it("forgets rows that were connected and not used once others are, and says so", async () => {
  const desk = new ClientDesk(engine, memoryStore().store);
  const older = desk.hold(split);
  desk.hold(split);
  await expect(desk.begin({ rows: older, setup, start: null })).rejects.toMatchObject({ code: "ROWS_GONE" });
});
