import { initialRoundState, openRoundOf } from "@duet/lora-core/rounds/roundState";
import type { AggregationError } from "@duet/lora-core/strategies/aggregationError";
import { expect, test } from "vitest";
import { testMetrics } from "../../test/support/federations.ts";
import { introduction, loopOver, memoryJournal, loopPolicy as policy } from "../../test/support/loopParts.ts";
import { createShiftableClock } from "../../test/support/shiftableClock.ts";
import { Refusal } from "../refusal.ts";
import type { FederationStore } from "../storage/federationStore.ts";
import { openRoundLog } from "./roundLog.ts";

test("on a full disk a request is refused and a timer's event waits until there is room", async () => {
  const { journal, entries, disk } = memoryJournal();
  const clock = createShiftableClock();
  const log = openRoundLog(policy, clock.now(), journal, []);
  const loop = loopOver({
    log,
    clock,
  });
  await loop.inTurn(() => loop.apply({ type: "clientJoined", clientId: "a", introduction }));
  await loop.inTurn(() => loop.apply({ type: "clientAway", clientId: "a" }));

  disk.isFull = true;
  const before = loop.state;
  await expect(loop.inTurn(() => loop.apply({ type: "stopped" }))).rejects.toMatchObject({ code: "STORAGE_FAILED" });
  expect(loop.storageFault).toEqual(["diskFault", "ENOSPC"]);
  clock.advance(1000);
  await expect.poll(() => loop.storageFault).not.toBeNull();
  expect(loop.state).toBe(before);

  disk.isFull = false;
  await expect
    .poll(() => {
      clock.advance(5000);
      return loop.state.clients[0]?.status;
    })
    .toBe("left");
  expect(loop.storageFault).toBeNull();
  expect(entries.map(({ event }) => event.type)).toEqual(expect.arrayContaining(["clientJoined", "clientAway", "graceExpired"]));
  await loop.close();
});

/** A promise that the test settles. */
function pending<T>() {
  let settle = { resolve: (_value: T) => {}, reject: (_error: Error) => {} };
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, resolve: (value: T) => settle.resolve(value), reject: (error: Error) => settle.reject(error) };
}

test("a round goes on before it is gauged, its contributions stay for that long, and a gauge that fails is done without", async () => {
  const { journal, entries } = memoryJournal();
  const clock = createShiftableClock();
  const rounds = [1, 2].map((round) => ({ round, stage: "federated" as const, receives: true, uploads: true }));
  const kept: string[][] = [];
  const gauges = [1, 2].map(() => pending<AggregationError | null>());
  const loop = loopOver({
    log: openRoundLog({ ...policy, schedule: rounds }, clock.now(), journal, []),
    clock,
    model: {
      blob: () => Promise.reject(new Error("Nobody fetches")),
      aggregate: async ({ round }) => ({
        standings: [],
        means: null,
        gauge: () => gauges[round - 1]?.promise ?? Promise.resolve(null),
      }),
      count: () => Promise.reject(new Error("Nobody counts")),
      adopt: () => undefined,
    },
    store: { keepSubmissions: async (names: ReadonlySet<string>) => void kept.push([...names]) } as unknown as FederationStore,
  });
  const submit = (round: number) =>
    loop.inTurn(() =>
      loop.apply({
        type: "submitted",
        clientId: "a",
        round,
        artifact: `of-${round}`,
        sha256: null,
        bytes: 1,
        metrics: testMetrics(),
      }),
    );
  await loop.inTurn(() => loop.apply({ type: "clientJoined", clientId: "a", introduction }));
  await submit(1);
  await expect.poll(() => openRoundOf(loop.state)?.index).toBe(1);
  expect(loop.state.rounds[0]?.aggregationError).toBeNull();
  await submit(2);
  await expect.poll(() => loop.state.endedAt).not.toBeNull();
  await expect.poll(() => kept.at(-1)).toEqual(["of-1", "of-2"]);

  gauges[0]?.reject(new Error("The thread that computed it ended"));
  await expect.poll(() => kept.at(-1)).toEqual(["of-2"]);
  gauges[1]?.resolve({ overall: 0.123456, modules: [{ module: "q", error: 0.5 }] });
  await expect.poll(() => kept.at(-1)).toEqual([]);
  expect(loop.state.rounds.map(({ aggregationError }) => aggregationError)).toEqual([null, 0.1235]);
  expect(entries.slice(-3).map(({ event }) => event.type)).toEqual(["submitted", "aggregated", "gauged"]);
  await loop.close();
});

test("work is done one at a time, and a failure does not stop what comes after it", async () => {
  const { journal } = memoryJournal();
  const clock = createShiftableClock();
  const loop = loopOver({
    log: { ...openRoundLog(policy, 0, journal, []), state: initialRoundState(policy, 0) },
    clock,
  });
  const steps: string[] = [];
  const first = loop.inTurn(async () => {
    steps.push("first begins");
    await Promise.resolve();
    steps.push("first fails");
    throw new Error("failed");
  });
  const second = loop.inTurn(async () => {
    steps.push("second");
  });
  await expect(first).rejects.toThrow("failed");
  await second;
  expect(steps).toEqual(["first begins", "first fails", "second"]);
  await loop.close();
});

test("what waits for its turn together is written together, and each learns what became of its own", async () => {
  const { journal, entries, disk } = memoryJournal();
  const loop = loopOver({ log: openRoundLog(policy, 0, journal, []), clock: createShiftableClock() });
  const join = (clientId: string, isWanted = () => true) =>
    loop.applyTogether({ type: "clientJoined", clientId, introduction }, isWanted);
  const refused = join("c", () => {
    throw new Refusal("WRONG_ROUND", ["roundClosed", 3]);
  });
  await Promise.all([join("a"), join("b"), join("d", () => false), expect(refused).rejects.toThrow("already closed")]);
  expect(entries.map(({ event }) => "clientId" in event && event.clientId)).toEqual(["a", "b"]);
  expect(disk.writes).toBe(1);

  disk.isFull = true;
  const failed = await Promise.allSettled([join("e"), join("f")]);
  expect(failed).toMatchObject([{ reason: { code: "STORAGE_FAILED" } }, { reason: { code: "STORAGE_FAILED" } }]);
  expect(loop.state.clients.map(({ id }) => id)).toEqual(["a", "b"]);
  disk.isFull = false;
  await join("e");
  expect(loop.state.clients).toHaveLength(3);
});
