import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { heldMemory } from "./heldMemory.ts";
import { useBackend } from "./testBackend.ts";

test("wasm holds what its tensors took, also when they are gone; the processor's backend tells nothing", async () => {
  await useBackend("wasm");
  const before = heldMemory() ?? 0;
  const large = tf.zeros([before / 2]);
  await large.data();
  const after = heldMemory() ?? 0;
  large.dispose();
  expect(before).toBeGreaterThan(0);
  expect(after).toBeGreaterThanOrEqual(2 * before);
  expect(heldMemory()).toBe(after);
  await useBackend("cpu");
  expect(heldMemory()).toBeNull();
});
