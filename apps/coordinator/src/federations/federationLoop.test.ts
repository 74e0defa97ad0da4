import { initialRoundState, type RoundPolicy } from "@duet/lora-core/rounds/roundState";
import { pino } from "pino";
import { expect, test } from "vitest";
import { createShiftableClock } from "../../test/support/shiftableClock.ts";
import type { FederationStore } from "../storage/federationStore.ts";
import type { Journal } from "../storage/journal.ts";
import type { JournalEntry } from "../storage/journalEntry.ts";
import { FederationLoop } from "./federationLoop.ts";
import { openRoundLog } from "./roundLog.ts";

const policy: RoundPolicy = {
  schedule: [{ round: 1, stage: "fusing", receives: false, uploads: false }],
  minClients: 1,
  roundDeadlineMs: 1000,
  reconnectGraceMs: 1000,
  waitMs: 1000,
};
const introduction = {
  name: "anna",
  device: { backend: "cpu" as const, threads: 1, reason: "", description: "" },
  samples: { train: 1, fusion: 1, test: 1 },
};

/** A journal on a disk that can be full. */
function memoryJournal() {
  const entries: JournalEntry[] = [];
  const disk = { isFull: false };
  const journal: Journal = {
    async append(entry) {
      if (disk.isFull) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC", syscall: "write" });
      entries.push(entry);
    },
    close: async () => undefined,
  };
  return { journal, entries, disk };
}

test("on a full disk a request is refused and a timer's event waits until there is room", async () => {
  const { journal, entries, disk } = memoryJournal();
  const clock = createShiftableClock();
  const log = openRoundLog(policy, clock.now(), journal, []);
  const loop = new FederationLoop({
    log,
    clock,
    logger: pino({ level: "silent" }),
    model: { blob: () => new Uint8Array(), aggregate: async () => null, adopt: () => undefined },
    store: { keepSubmissions: async () => undefined } as unknown as FederationStore,
    onChange: () => undefined,
  });
  await loop.inTurn(() => loop.apply({ type: "clientJoined", clientId: "a", introduction }));
  await loop.inTurn(() => loop.apply({ type: "clientAway", clientId: "a" }));

  disk.isFull = true;
  const before = loop.state;
  await expect(loop.inTurn(() => loop.apply({ type: "stopped" }))).rejects.toMatchObject({ code: "STORAGE_FAILED" });
  expect(loop.storageFault).toMatch(/ENOSPC/);
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

test("work is done one at a time, and a failure does not stop what comes after it", async () => {
  const { journal } = memoryJournal();
  const clock = createShiftableClock();
  const loop = new FederationLoop({
    log: { ...openRoundLog(policy, 0, journal, []), state: initialRoundState(policy, 0) },
    clock,
    logger: pino({ level: "silent" }),
    model: { blob: () => new Uint8Array(), aggregate: async () => null, adopt: () => undefined },
    store: { keepSubmissions: async () => undefined } as unknown as FederationStore,
    onChange: () => undefined,
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
