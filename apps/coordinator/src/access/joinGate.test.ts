import { hasCode } from "@duet/lora-core/errors/duetError";
import { MAX_RETRY_AFTER_MS } from "@duet/lora-core/protocol/limits";
import { expect, test } from "vitest";
import { createJoinGate } from "./joinGate.ts";

/** A gate for so many, and joins that end when the test says so. */
function gateFor(most: number) {
  let now = 1_000;
  const gate = createJoinGate({ now: () => now, at: () => () => {} }, most);
  const underWay: (() => void)[] = [];
  return {
    pass: (ms: number) => {
      now += ms;
    },
    /** When it is to come again, ms; null where it was let in. */
    ask: async (): Promise<number | null> => {
      let isIn = false;
      const asked = gate.through(() => {
        isIn = true;
        return new Promise<void>((resolve) => void underWay.push(resolve));
      });
      if (isIn) return null;
      return asked.then(
        () => null,
        (error) => (hasCode(error, "RATE_LIMITED") ? error.retryAfterMs : Number.NaN),
      );
    },
    end: async () => {
      underWay.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test("so many are let in at once; the others are told to come again, one after the other", async () => {
  const { ask, end } = gateFor(500);
  for (let joined = 0; joined < 500; joined++) expect(await ask()).toBeNull();
  // Five seconds for those who are in, ten milliseconds more for each who stands in line.
  expect([await ask(), await ask(), await ask()]).toEqual([5_010, 5_020, 5_030]);
  await end();
  expect(await ask()).toBeNull();
  expect(await ask()).toBeGreaterThan(5_000);
});

test("the line moves at the pace at which joins are done", async () => {
  const { ask, end, pass } = gateFor(100);
  for (let joined = 0; joined < 100; joined++) expect(await ask()).toBeNull();
  for (let joined = 0; joined < 200; joined++) {
    pass(100);
    await end();
    await ask();
  }
  pass(60_000);
  const wait = (await ask()) ?? 0;
  expect(wait).toBeGreaterThan(9_500);
  expect(wait).toBeLessThan(10_500);
});

test("a crowd of any size is told to come within five minutes, and nobody at once", async () => {
  const { ask, pass } = gateFor(1);
  expect(await ask()).toBeNull();
  expect(await ask()).toBe(1_000);
  let last = 0;
  for (let refused = 0; refused < 40_000; refused++) last = (await ask()) ?? 0;
  expect(last).toBe(MAX_RETRY_AFTER_MS);
  // A flood is forgotten with the last who was told to come.
  pass(MAX_RETRY_AFTER_MS);
  expect(await ask()).toBe(1_000);
});

test("a join that fails makes room as one that succeeds does", async () => {
  const gate = createJoinGate({ now: () => 0, at: () => () => {} }, 1);
  for (let time = 0; time < 3; time++) {
    await expect(gate.through(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  }
  expect(await gate.through(async () => "in")).toBe("in");
});
