import { expect, test } from "vitest";
import { useBackend } from "../backends/testBackend.ts";
import { gradientDifference } from "./gradientCheck.ts";

test.each(["wasm", "cpu"] as const)(
  "gradients on %s are those of float64, to what float32 can hold of sums of some fifty products",
  async (backend) => {
    await useBackend(backend);
    const apart = await gradientDifference();
    expect(apart).toBeLessThan(2e-6);
    expect(apart).toBeGreaterThan(0);
  },
);
