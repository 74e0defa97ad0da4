/** A client that trains in this browser and keeps what it does in the real IndexedDB, killed in the middle of a round. */
import type { RoundBeginning } from "@duet/lora-core/contract/clientRound";
import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import type { DataSplit } from "@duet/lora-core/data/row";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { testWasm } from "@duet/lora-engine/backends/testBackend";
import { smallEncoderFiles } from "@duet/lora-engine/models/testing/randomEncoder";
import { ClientDesk, type ClientStore } from "@duet/lora-engine/training/clientDesk";
import { createLocalClient } from "@duet/lora-engine/training/localClient";
import type { RoundKeeping } from "@duet/lora-engine/training/roundJournal";
import { deleteDB, openDB } from "idb";
import { afterEach, expect, test } from "vitest";
import { createClientStore } from "./clientStore.ts";

const NAME = "duet-under-way";
const key = { round: 0, attempt: 1 };
const rows = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    line: i + 1,
    input: i % 2 ? "abab fg" : "cdcd fh ab",
    answer: i % 2 ? "ab" : "cd",
  }));
const split: DataSplit = { train: rows(7), fusion: rows(2), test: rows(4) };
const setup: Omit<EngineSetup, "clientSeed"> = {
  task: { kind: "label", labels: ["ab", "cd"] },
  adapter: { rank: 4, alpha: 8, dropout: 0.1, targetModules: ["qkv", "up", "down"] },
  training: { batchSize: 4, maxTokens: 16, learningRate: 4e-3, warmupSteps: 3, weightDecay: 0.01, clipNorm: 1 },
  seed: 5,
  memory: { rowsAtOnce: Number.POSITIVE_INFINITY, recompute: false },
};
const plan = methodOf({ id: "local", config: {} }).plan(
  { local: { unit: "steps", amount: 12 }, inner: { unit: "steps", amount: 1 }, rounds: 1 },
  { round: 0, isNewcomer: false },
);
const request = { round: 0, plan, received: null };
const quiet = () => {};

/**
 * A worker as one tab has it, in which a step takes six seconds by the desk's clock and the disk keeps up: every one of them is kept. It
 * is stopped once `stopAfter` steps are on the disk.
 */
async function worker(stopAfter = Number.POSITIVE_INFINITY) {
  const store = createClientStore(NAME);
  let written: Promise<void> = Promise.resolve();
  let steps = 0;
  const keepingUp: ClientStore = {
    ...store,
    saveUnderWay(clientId, round) {
      steps = round.state.training?.state.done ?? 0;
      written = store.saveUnderWay(clientId, round);
      return written;
    },
  };
  const engine = createLocalClient(testWasm());
  await engine.open(smallEncoderFiles(), "wasm");
  let ms = 0;
  const run = engine.runRound.bind(engine);
  engine.runRound = (round, onProgress, keeping) => {
    const offer: RoundKeeping["offer"] = async (read) => {
      ms += 6_000;
      await keeping?.offer(read);
      await written;
      if (steps >= stopAfter) await engine.cancel();
    };
    return run(round, onProgress, { from: keeping?.from ?? null, offer });
  };
  return { engine, desk: new ClientDesk(engine, keepingUp, () => ms) };
}

afterEach(() => deleteDB(NAME));

test("goes on from the disk to the same bits as a twin that was left alone, and leaves nothing under way", async () => {
  const twin = await worker();
  await twin.desk.begin({ rows: twin.desk.hold(split), setup, model: "base", start: null });
  const alone = await twin.desk.runRound(key, request, quiet, quiet);

  const first = await worker(8);
  await first.desk.begin({ rows: first.desk.hold(split), setup, model: "base", start: null });
  expect(await first.desk.keepAs("anna")).toBe(true);
  await expect(first.desk.runRound(key, request, quiet, quiet)).rejects.toMatchObject({ code: "STOPPED" });

  const second = await worker();
  const back = await second.desk.recall("anna");
  await second.desk.begin({ rows: back?.rows ?? "", setup, model: "base", start: null });
  const beginnings: RoundBeginning[] = [];
  const resumed = await second.desk.runRound(key, request, quiet, (beginning) => beginnings.push(beginning));
  expect(beginnings).toEqual([{ kind: "resumed", training: { step: 8, steps: 12 }, backend: "wasm", isExact: true }]);
  expect(resumed.checkpoint).toEqual(alone.checkpoint);
  expect(resumed.done.metrics.testLoss).toEqual(alone.done.metrics.testLoss);

  const db = await openDB(NAME);
  expect(await db.count("underWay")).toBe(0);
  expect(await db.count("rows")).toBe(1);
  db.close();
});
