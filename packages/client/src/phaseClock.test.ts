import { expect, test } from "vitest";
import { createPhaseClock } from "./phaseClock.ts";
import { metricsOf } from "./testing/snapshots.ts";

const computed = { load: 0, tokenise: 0, steps: 3, evaluation: 1, fusion: 0, encode: 0.5, wait: 0 };

test("opening is told with the first round since, waiting with every one, and the engine's phases stay", async () => {
  let ms = 0;
  const clock = createPhaseClock(() => ms);
  const takes = (seconds: number) => async () => {
    ms += 1000 * seconds;
  };
  await clock.opening("load", takes(7));
  await clock.opening("tokenise", takes(2));
  ms += 4000;
  clock.begins();
  ms += 4500;
  clock.ends();
  const first = clock.withOwn(metricsOf({ phases: computed }));
  expect(first.phases).toEqual({ ...computed, load: 7, tokenise: 2, wait: 4 });

  ms += 10_000;
  // Said again, as after a lost answer, it is the same.
  expect(clock.withOwn(metricsOf({ phases: computed }))).toEqual(first);
  clock.begins();
  expect(clock.withOwn(metricsOf({ phases: computed })).phases).toEqual({ ...computed, wait: 10 });
});

test("a report of before there were phases stays as it is, and a clock that is set back counts nothing", () => {
  let ms = 5000;
  const clock = createPhaseClock(() => ms);
  clock.ends();
  ms = 0;
  clock.begins();
  expect(clock.withOwn(metricsOf({ phases: computed })).phases?.wait).toBe(0);
  expect(clock.withOwn(metricsOf())).toEqual(metricsOf());
});
