import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { useBackend } from "../backends/testBackend.ts";
import { createPendingLosses } from "./pendingLosses.ts";

beforeAll(() => useBackend("cpu"));

test("where a reading is waited for it is due after eight steps, or a quarter of a second after the first, and gives all in order", async () => {
  const before = tf.memory().numTensors;
  let now = 1_000;
  const losses = createPendingLosses(() => now, true);
  const add = (done: number) => losses.add({ done, tokens: 10 * done, loss: tf.scalar(done / 4) });
  expect(losses.isDue()).toBe(false);
  for (let done = 1; done <= 7; done++) add(done);
  expect(losses.isDue()).toBe(false);
  add(8);
  expect(losses.isDue()).toBe(true);
  expect(await losses.read()).toEqual(
    Array.from({ length: 8 }, (_, i) => ({ done: i + 1, tokens: 10 * (i + 1), loss: (i + 1) / 4 })),
  );
  expect(await losses.read()).toEqual([]);
  add(9);
  now += 249;
  expect(losses.isDue()).toBe(false);
  now += 1;
  expect(losses.isDue()).toBe(true);
  losses.dispose();
  expect(await losses.read()).toEqual([]);
  expect(tf.memory().numTensors).toBe(before);
});

test("elsewhere every step is due", () => {
  const losses = createPendingLosses(() => 0, false);
  losses.add({ done: 1, tokens: 1, loss: tf.scalar(Number.NaN) });
  expect(losses.isDue()).toBe(true);
  losses.dispose();
});
