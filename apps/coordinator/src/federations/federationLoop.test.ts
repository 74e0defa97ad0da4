import { initialRoundState } from "@duet/lora-core/rounds/roundState";
import { pino } from "pino";
import { expect, test } from "vitest";
import { introduction, memoryJournal, noModel, noStore, loopPolicy as policy } from "../../test/support/loopParts.ts";
import { createShiftableClock } from "../../test/support/shiftableClock.ts";
import { FederationLoop } from "./federationLoop.ts";
import { openRoundLog } from "./roundLog.ts";

test("on a full disk a request is refused and a timer's event waits until there is room", async () => {
  const { journal, entries, disk } = memoryJournal();
  const clock = createShiftableClock();
  const log = openRoundLog(policy, clock.now(), journal, []);
  const loop = new FederationLoop({
    log,
    clock,
    logger: pino({ level: "silent" }),
    model: noModel,
    store: noStore,
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
    model: noModel,
    store: noStore,
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
