import type { Progress } from "@duet/lora-core/protocol/metrics";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { useBackend } from "../backends/testBackend.ts";
import { RoundReport } from "./roundReport.ts";
import { createRunControl } from "./runControl.ts";

beforeAll(async () => {
  await useBackend("wasm");
});

afterEach(() => {
  vi.useRealTimers();
});

test("what takes long says every few seconds that it goes on, as long as it does", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const told: Progress[] = [];
  const report = new RoundReport(1, (progress) => told.push(progress));
  const control = createRunControl(() => report.goesOn());
  await control.checkIn();
  expect(told).toEqual([]);
  report.progress("evaluating", { slot: "shared", step: 1, steps: 2 });
  for (let second = 1; second <= 30; second++) {
    vi.advanceTimersByTime(1_000);
    await control.checkIn();
  }
  expect(told).toHaveLength(4);
  expect(new Set(told)).toHaveLength(1);
});
