import { describe, expect, test } from "vitest";
import { expectClose } from "../ops/testing/expectClose.ts";
import { warmupConstant } from "./schedule.ts";
import { testOptimizerOn } from "./testing/testOptimizer.ts";

testOptimizerOn("cpu");
testOptimizerOn("wasm");

describe("warmupConstant", () => {
  test("rises linearly, then stays", () => {
    expectClose([0, 1, 2, 3, 4, 50].map(warmupConstant(0.08, 4)), [0.02, 0.04, 0.06, 0.08, 0.08, 0.08], {
      relative: 1e-12,
      absolute: 0,
    });
  });

  test("without warm-up it is constant from the first step", () => {
    expect(warmupConstant(0.3, 0)(0)).toBe(0.3);
  });
});
