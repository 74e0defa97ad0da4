import { DuetError } from "@duet/lora-core/errors/duetError";
import { expect, test } from "vitest";
import { createFusionSurvey, SURVEY_STEPS, SURVEY_WEIGHTS } from "./fusionSurvey.ts";

/** Answers with the sum of the weights as accuracy; stopped at a given question. */
function engineThat(stopsAt: number) {
  let asked = 0;
  return {
    measureFusion: async (adapter: unknown) => {
      asked += 1;
      if (asked === stopsAt) throw new DuetError("STOPPED", "Something else was asked");
      const { weights } = adapter as { weights: readonly { personal: number; shared: number }[] };
      return { accuracy: (weights[0]?.personal ?? 0) + (weights[0]?.shared ?? 0), loss: 0 };
    },
    stopAnswering: async () => undefined,
  };
}

const settled = async (survey: ReturnType<typeof createFusionSurvey>) => {
  await expect.poll(() => survey.get().kind).not.toBe("running");
  return survey.get();
};

test("every point of the grid is there once, the anchors among the first", () => {
  const keys = SURVEY_WEIGHTS.map(({ personal, shared }) => `${personal} ${shared}`);
  expect(new Set(keys).size).toBe(SURVEY_STEPS.length ** 2);
  expect(keys).toHaveLength(SURVEY_STEPS.length ** 2);
  for (const anchor of ["0 0", "1 0", "0 1", "1 1"]) expect(keys.slice(0, 9)).toContain(anchor);
});

test("what was measured before it was stopped stays, and it goes on from there", async () => {
  const survey = createFusionSurvey(engineThat(5), "factor");
  survey.start();
  expect(await settled(survey)).toMatchObject({ kind: "idle", points: { length: 4 } });
  survey.start();
  const { points } = await settled(survey);
  expect(points).toHaveLength(49);
  for (const { weights, worth } of points) expect(worth).toBeCloseTo(weights.personal + weights.shared);
});
