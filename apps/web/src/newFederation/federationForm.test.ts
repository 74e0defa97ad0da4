import { expect, test } from "vitest";
import { initialForm, methodChoices, parseLabels, toConfig } from "./federationForm.ts";

const encoder = {
  id: "use-lite",
  family: "encoder" as const,
  sha256: "0".repeat(64),
  parameters: 7e6,
  targets: ["qkv"],
  defaultTargets: ["qkv"],
};
const decoder = { ...encoder, id: "duet-tiny", family: "causal-lm" as const };
const filled = { ...initialForm([decoder, encoder]), name: " ward notes ", labels: "flu\n\n cold \nflu" };

test("an encoder is proposed where there is one", () => {
  expect(initialForm([decoder, encoder]).modelId).toBe("use-lite");
  expect(initialForm([decoder]).modelId).toBe("duet-tiny");
});

test("a filled form becomes a valid config", () => {
  const result = toConfig({ ...filled, rounds: 7, method: "fdlora/private", deadlineMinutes: 2.5 }, [encoder], 42);
  expect(result).toMatchObject({
    ok: true,
    config: {
      name: "ward notes",
      task: { kind: "label", labels: ["flu", "cold"] },
      strategy: { id: "fdlora", preset: "private", config: { init: "seed" } },
      budgets: { rounds: 7 },
      roundDeadlineSeconds: 150,
      seed: 42,
    },
  });
});

test("the first thing missing is named", () => {
  expect(toConfig({ ...filled, name: " " }, [encoder], 1)).toEqual({ ok: false, problem: "Give the federation a name." });
  expect(toConfig({ ...filled, labels: "one" }, [encoder], 1)).toMatchObject({
    ok: false,
    problem: expect.stringMatching(/two labels/),
  });
  expect(toConfig({ ...filled, minClients: 30 }, [encoder], 1)).toMatchObject({
    ok: false,
    problem: "minClients: minClients must not exceed maxClients.",
  });
});

test("every method and preset can be chosen, and every choice is valid", () => {
  expect(methodChoices.map(({ value }) => value)).toContain("fdlora/paper");
  for (const { value } of methodChoices) expect(toConfig({ ...filled, method: value }, [encoder], 1).ok).toBe(true);
  expect(parseLabels("")).toEqual([]);
});
