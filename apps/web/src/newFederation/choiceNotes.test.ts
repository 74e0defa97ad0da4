import { decoderBase, encoderBase } from "@duet/lora-core/protocol/testing/baseModels";
import { expect, test } from "vitest";
import {
  aggregationNote,
  beforeAggregationNote,
  clientEpsilonNote,
  devicesNote,
  epsilonNote,
  methodNote,
  minClientsNote,
  robustnessNote,
  samplingNote,
  uploadNote,
} from "./choiceNotes.ts";
import { labelVectorsOf, parseLabels } from "./federationForm.ts";
import {
  chosenBeforeAggregation,
  chosenDevices,
  chosenLabelVectors,
  chosenRobustness,
  chosenUpload,
  METHOD_CHOICES,
  robustnessChoices,
  uploadChoices,
} from "./formChoices.ts";
import { initialForm } from "./initialForm.ts";
import { privacyChange, privacyLevel } from "./privacyLevel.ts";
import { toConfig } from "./toConfig.ts";

const filled = { ...initialForm([decoderBase, encoderBase]), name: " ward notes ", labels: "flu\n\n cold \nflu" };

test("the base for labels is proposed", () => {
  expect(initialForm([decoderBase, encoderBase])).toMatchObject({ kind: "label", model: encoderBase });
});

test("a filled form becomes a valid config", () => {
  const result = toConfig({ ...filled, rounds: 7, method: "fdlora/private", deadlineMinutes: 2.5 }, 42);
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

test("for phones and old laptops everybody trains less, and the form says what that takes", () => {
  const usual = devicesNote(filled).text;
  const small = devicesNote({ ...filled, devices: "small" }).text;
  expect(usual).toMatch(/^Everybody trains rank 8, 16 rows of 48 tokens at a time: about [\d.]+ [kMG]?B in a tab\.$/);
  expect(small).toMatch(
    /^Everybody trains rank 4 on queries and values, 8 rows of 32 tokens at a time: about [\d.]+ [kMG]?B in a tab\. Smaller steps teach less: with three times as many it comes closer to the usual\.$/,
  );
  const result = toConfig({ ...filled, devices: "small" }, 1);
  expect(result).toMatchObject({
    ok: true,
    config: { adapter: { rank: 4, alpha: 8 }, training: { batchSize: 8, maxTokens: 32 } },
  });
  expect(devicesNote({ ...filled, model: null }).runs).toBe(true);
  expect([chosenDevices("small"), chosenDevices("tablet")]).toEqual(["small", "usual"]);
});

test("vectors of labels are proposed where an encoder's labels can be, and are what the form shows", () => {
  const inForm = (change: Partial<typeof filled>) => {
    const form = { ...filled, ...change };
    const result = toConfig(form, 1);
    const inConfig = result.ok ? (result.config.adapter.prototypes?.travel ?? "texts") : result.problem;
    return [labelVectorsOf(form), inConfig];
  };
  expect(inForm({})).toEqual(["shared", "shared"]);
  for (const labelVectors of ["texts", "shared", "personal"] as const) {
    expect(inForm({ labelVectors })).toEqual([labelVectors, labelVectors]);
  }
  // Nothing is proposed that the rest of the form does not go with.
  for (const change of [{ model: decoderBase }, { epsilon: "8" }, { method: "flora/standard" }, { kind: "text" as const }]) {
    expect(inForm(change)).toEqual(["texts", "texts"]);
  }
  expect([chosenLabelVectors("shared"), chosenLabelVectors("other")]).toEqual(["shared", "texts"]);
});

test("vectors of labels that are chosen go with an encoder's labels and without epsilon", () => {
  const problemOf = (change: Partial<typeof filled>) => {
    const result = toConfig({ ...filled, labelVectors: "shared", ...change }, 1);
    return result.ok ? null : result.problem;
  };
  expect(problemOf({})).toBeNull();
  expect(problemOf({ model: decoderBase })).toMatch(/^Only a base that compares texts/);
  expect(problemOf({ epsilon: "8" })).toMatch(/which the noise of differential privacy does not cover/);
  expect(problemOf({ aggregation: "secure", robustness: "none", minClients: 3, clientEpsilon: "8" })).toMatch(
    /which the noise of differential privacy does not cover/,
  );
  expect(problemOf({ method: "flora/standard" })).toMatch(/^FLoRA sends more than one adapter/);
});

test("a base that is still to be chosen is missed first", () => {
  expect(toConfig({ ...filled, model: null }, 1)).toEqual({ ok: false, problem: "Choose a base model." });
});

test("the first thing missing is named", () => {
  expect(toConfig({ ...filled, name: " " }, 1)).toEqual({ ok: false, problem: "Give the federation a name." });
  expect(toConfig({ ...filled, labels: "one" }, 1)).toMatchObject({
    ok: false,
    problem: expect.stringMatching(/two labels/),
  });
  expect(toConfig({ ...filled, minClients: 30 }, 1)).toMatchObject({
    ok: false,
    problem: "Clients at least: there cannot be more clients at least than at most.",
  });
  expect(toConfig({ ...filled, deadlineMinutes: 0 }, 1)).toEqual({
    ok: false,
    problem: "The round deadline in seconds must be at least 1.",
  });
  expect(toConfig({ ...filled, localSteps: 0.5 }, 1)).toEqual({ ok: false, problem: "Steps alone must be a whole number." });
});

test("every method and preset can be chosen, and every choice is valid", () => {
  expect(METHOD_CHOICES).toContain("fdlora/paper");
  for (const value of METHOD_CHOICES) expect(toConfig({ ...filled, method: value }, 1).ok).toBe(true);
  expect(parseLabels("")).toEqual([]);
});

test("every protection says what it does, and one that the method cannot have says why", () => {
  for (const { value } of robustnessChoices()) {
    const robustness = chosenRobustness(value);
    expect(robustnessNote({ ...filled, robustness })).toMatchObject({ runs: true, text: expect.stringMatching(/^.{40,}\.$/) });
    expect(toConfig({ ...filled, robustness }, 1)).toMatchObject({ ok: true, config: { robustness: { kind: value } } });
  }
  expect(robustnessChoices()[0]?.value).toBe(initialForm([]).robustness);
  const refused = { ...filled, method: "flora/standard", robustness: "median" as const };
  const problem = "FLoRA stacks the clients' adapters, so no robust mean can stand for them; it bounds outliers only.";
  expect(robustnessNote(refused)).toEqual({ runs: false, text: problem });
  expect(toConfig(refused, 1)).toEqual({ ok: false, problem });
});

/** The filled form after somebody chose secure sums. */
const secure = { ...filled, ...privacyChange(filled, "secure") };

test("choosing secure sums takes three clients and no protection with it, and says why", () => {
  expect(toConfig(secure, 1)).toMatchObject({
    ok: true,
    config: { aggregation: "secure", robustness: { kind: "none" }, minClients: 3, maxClients: 20 },
  });
  expect(privacyChange({ ...filled, minClients: 5, maxClients: 6 }, "secure")).toMatchObject({
    minClients: 5,
    maxClients: 6,
  });
  expect(privacyChange({ ...filled, maxClients: 2 }, "secure")).toMatchObject({ minClients: 3, maxClients: 3 });
  expect(robustnessNote(secure)).toMatchObject({ runs: true, text: expect.stringMatching(/nobody can bound them/) });
  expect(minClientsNote(secure).runs).toBe(true);
  // Chosen once more, it changes nothing that was set since.
  expect({ ...secure, ...privacyChange(secure, "secure") }).toEqual(secure);
});

test("going back to plain sums takes the protection back, and keeps the clients", () => {
  const back = { ...secure, ...privacyChange(secure, "plain") };
  expect(back).toMatchObject({ aggregation: "plain", robustness: initialForm([]).robustness, minClients: 3 });
  expect(toConfig(back, 1).ok).toBe(true);
});

test("what a secure sum cannot be with is refused in the form, with the reason", () => {
  const problemOf = (change: object) => toConfig({ ...secure, ...change }, 1);
  const sentence = (pattern: RegExp) => ({ ok: false, problem: expect.stringMatching(pattern) });
  for (const { value } of robustnessChoices()) {
    if (value !== "none")
      expect(problemOf({ robustness: chosenRobustness(value) })).toEqual(sentence(/^A secure sum hides .*\.$/));
  }
  for (const minClients of [1, 2]) expect(problemOf({ minClients })).toEqual(sentence(/at least 3 clients: of two, each knows/));
  const refused = METHOD_CHOICES.filter((value) => !aggregationNote({ ...secure, method: value }).runs);
  expect(refused).toEqual(expect.arrayContaining(["fedamp/standard", "flora/standard", "fedalt/standard", "flexlora/standard"]));
  for (const value of refused) {
    const { text } = aggregationNote({ ...secure, method: value });
    expect(text).toMatch(/secure sum|every adapter/);
    expect(problemOf({ method: value })).toEqual({ ok: false, problem: text });
    expect(aggregationNote({ ...filled, method: value }).runs).toBe(true);
  }
  expect(methodNote({ ...secure, method: "fdlora/paper" }).text).toMatch(/personal adapter is part of the secure sum\.$/);
});

test("an epsilon becomes the privacy of the training, and says what it costs", () => {
  const training = (epsilon: string) => {
    const result = toConfig({ ...filled, epsilon }, 1);
    return result.ok ? (result.config.training.privacy ?? null) : result.problem;
  };
  expect(training("")).toBeNull();
  expect(training("8")).toEqual({ epsilon: 8, clip: 1 });
  expect(training("0.5")).toEqual({ epsilon: 0.5, clip: 1 });
  for (const epsilon of ["0", "101", "-", "."]) expect(training(epsilon)).toMatch(/^Epsilon must be .*\.$/);
  expect(epsilonNote({ ...filled, epsilon: "8" })).toMatchObject({ runs: true, text: expect.stringMatching(/model useless/) });
  const rod = { ...filled, method: "fedrod/standard" };
  expect(epsilonNote(rod).runs).toBe(true);
  const { text, runs } = epsilonNote({ ...rod, epsilon: "8" });
  expect([runs, text]).toEqual([false, expect.stringMatching(/^FedRoD counts the labels/)]);
  expect(toConfig({ ...rod, epsilon: "8" }, 1)).toEqual({ ok: false, problem: text });
  const kd = (preset: string) => epsilonNote({ ...filled, method: `fedkd/${preset}`, epsilon: "8" });
  expect(kd("standard").runs).toBe(true);
  expect(kd("together")).toMatchObject({ runs: false, text: expect.stringMatching(/^FedKD as chosen trains two adapters/) });
  // All at once.
  expect(toConfig({ ...secure, epsilon: "3" }, 1)).toMatchObject({
    ok: true,
    config: { aggregation: "secure", training: { privacy: { epsilon: 3 } } },
  });
});

test("every method says what it does, and one that cannot do the task says why", () => {
  const notes = METHOD_CHOICES.map((value) => methodNote({ ...filled, method: value, kind: "label" }));
  expect(notes.every(({ text, runs }) => runs && text.length > 40 && text.endsWith("."))).toBe(true);
  const note = (method: string) => methodNote({ ...filled, method }).text;
  expect([note("fdlora/private"), note("ditto/standard")].every((text) => text.endsWith("never uploaded, in any form."))).toBe(
    true,
  );
  expect([note("fdlora/paper"), note("fedamp/standard")].every((text) => text.endsWith("sees the personal adapter too."))).toBe(
    true,
  );
  expect(note("fedavg/standard")).not.toContain("personal adapter");
  const refused = METHOD_CHOICES.filter((value) => !methodNote({ ...filled, method: value, kind: "text" }).runs);
  expect(refused).toEqual(["fedrod/standard", "fedrod/together"]);
  expect(toConfig({ ...filled, model: decoderBase, kind: "text", method: "fedrod/standard" }, 1)).toEqual({
    ok: false,
    problem: "FedRoD balances labels, so it needs a task with labels.",
  });
});

test("every size of uploads says what it costs, and what a choice makes of it", () => {
  expect(uploadChoices()[0]?.value).toBe("int8");
  for (const { value } of uploadChoices()) {
    const upload = chosenUpload(value);
    expect(uploadNote({ ...filled, upload })).toMatchObject({ runs: true, text: expect.stringMatching(/\.$/) });
    expect(toConfig({ ...filled, upload }, 1)).toMatchObject({ ok: true, config: { upload } });
  }
  expect(chosenUpload("int3")).toEqual({ format: "int8", topK: null });
  expect(uploadNote(secure)).toMatchObject({ runs: true, text: expect.stringContaining("16 bits, half of the bytes") });
  const upload = chosenUpload("int8:0.25");
  const whole = { ...filled, method: "fedalt/standard", upload };
  expect(uploadNote(whole)).toMatchObject({ runs: false, text: expect.stringMatching(/^FedALT sends adapters whose values/) });
  expect(toConfig({ ...secure, upload }, 1)).toMatchObject({ ok: false, problem: expect.stringMatching(/^In a secure sum/) });
});

test("an epsilon of clients becomes noise in the secure sum, and says how long it is beside what is learned", () => {
  const secure = { ...filled, ...privacyChange(filled, "secure"), method: "fedavg/standard" };
  const crowd = { ...secure, clientEpsilon: "8", maxClients: 100 };
  expect(toConfig(crowd, 1)).toMatchObject({ ok: true, config: { clientPrivacy: { epsilon: 8, delta: 0.001, clip: 1 } } });
  expect(toConfig(secure, 1)).toMatchObject({ ok: true });
  expect(clientEpsilonNote(crowd).text).toMatch(/^With 100 clients the noise in their mean is [\d.]+ times as long .* drowns/);
  expect(clientEpsilonNote(secure)).toMatchObject({ runs: true, text: expect.stringMatching(/^Empty: the sum is exact/) });
  for (const form of [
    { ...crowd, aggregation: "plain" as const },
    { ...crowd, method: "scaffold/standard" },
  ]) {
    const { text, runs } = clientEpsilonNote(form);
    expect(runs).toBe(false);
    expect(text).not.toBe("");
    expect(toConfig(form, 1)).toEqual({ ok: false, problem: text });
  }
  for (const clientEpsilon of ["0", "101", "-"]) expect(toConfig({ ...crowd, clientEpsilon }, 1)).toMatchObject({ ok: false });
});

test("a budget is a secure sum with an epsilon, which the other levels take back", () => {
  const budget = { ...filled, ...privacyChange(filled, "budget") };
  expect(budget).toMatchObject({ aggregation: "secure", epsilon: "8", minClients: 3 });
  expect(privacyLevel(budget)).toBe("budget");
  expect({ ...budget, ...privacyChange({ ...budget, epsilon: "3" }, "budget") }).toMatchObject({ epsilon: "3" });
  expect(privacyLevel({ ...budget, ...privacyChange(budget, "secure") })).toBe("secure");
  expect({ ...budget, ...privacyChange(budget, "plain") }).toMatchObject({
    aggregation: "plain",
    epsilon: "",
    robustness: "clip",
  });
});

test("clients a round are drawn with a reserve, fewer than may join and enough for a secure sum", () => {
  const crowd = { ...filled, clientsPerRound: "10", maxClients: 100 };
  expect(toConfig(crowd, 1)).toMatchObject({ ok: true, config: { clientSampling: { clients: 10, reserve: 3 } } });
  expect(samplingNote(crowd)).toMatchObject({
    runs: true,
    text: expect.stringMatching(/^Each round draws 13, .* 10 have answered/),
  });
  expect(samplingNote(filled)).toMatchObject({ runs: true, text: expect.stringMatching(/^Empty: every round asks all/) });
  const plain = toConfig(filled, 1);
  expect(plain.ok && "clientSampling" in plain.config).toBe(false);
  for (const form of [
    { ...crowd, maxClients: 9 },
    { ...crowd, ...privacyChange(crowd, "secure"), clientsPerRound: "2" },
  ]) {
    const { text, runs } = samplingNote(form);
    expect(runs).toBe(false);
    expect(toConfig(form, 1)).toEqual({ ok: false, problem: text });
  }
  for (const clientsPerRound of ["0", "1.5", "-"])
    expect(toConfig({ ...crowd, clientsPerRound }, 1)).toMatchObject({ ok: false });
});

test("slower clients may do fewer steps where the method sends what was changed, and another method says why not", () => {
  const bySpeed = { ...filled, work: "bySpeed" as const };
  expect(toConfig(bySpeed, 1)).toMatchObject({ ok: true, config: { work: "bySpeed" } });
  const equal = toConfig(filled, 1);
  expect(equal.ok && "work" in equal.config).toBe(false);
  const problem = expect.stringMatching(/^SCAFFOLD sends more than what a client changed/);
  expect(toConfig({ ...bySpeed, method: "scaffold/standard" }, 1)).toEqual({ ok: false, problem });
});

test("smaller clients may have fewer ranks, in each way that the method can, and another method says why not", () => {
  for (const ranks of ["padded", "weighted", "svd"] as const)
    expect(toConfig({ ...filled, ranks }, 1)).toMatchObject({ ok: true, config: { ranks } });
  const equal = toConfig(filled, 1);
  expect(equal.ok && "ranks" in equal.config).toBe(false);
  const refused = (method: string, ranks: "padded" | "svd", problem: RegExp) =>
    expect(toConfig({ ...filled, method, ranks }, 1)).toEqual({ ok: false, problem: expect.stringMatching(problem) });
  refused("flexlora/standard", "padded", /^FlexLoRA averages products: let unlike ranks come together by SVD/);
  refused("rolora/standard", "svd", /^RoLoRA sends one half of an adapter at a time/);
});

test("rounds may close sooner where clients are fast, and do at their deadline unless that is chosen", () => {
  expect(toConfig({ ...filled, deadline: "bySpeed" }, 1)).toMatchObject({ ok: true, config: { deadline: "bySpeed" } });
  const fixed = toConfig(filled, 1);
  expect(fixed.ok && "deadline" in fixed.config).toBe(false);
});

test("what averaging does is measured unless the organiser says otherwise, and never where nobody tells figures", () => {
  const configOf = (change: Partial<typeof filled>) => {
    const made = toConfig({ ...filled, ...change }, 1);
    return made.ok ? (made.config.beforeAggregation ?? false) : made.problem;
  };
  expect(configOf({})).toBe(true);
  expect(beforeAggregationNote(filled).text).toContain("an evaluation more of every round");
  const unmeasured = { beforeAggregation: chosenBeforeAggregation("unmeasured") };
  expect(configOf(unmeasured)).toBe(false);
  expect(beforeAggregationNote({ ...filled, ...unmeasured }).text).toContain("only as it comes to them, after averaging");
  expect(configOf({ epsilon: "8", labelVectors: "texts" })).toBe(false);
  expect(beforeAggregationNote({ ...filled, epsilon: "8" }).text).toContain("nobody tells figures");
});

test("answers may be late by some rounds, and another method or a secure sum says why not", () => {
  expect(toConfig({ ...filled, lateRounds: "2" }, 1)).toMatchObject({ ok: true, config: { late: { rounds: 2 } } });
  const none = toConfig(filled, 1);
  expect(none.ok && "late" in none.config).toBe(false);
  const refused = (change: Partial<typeof filled>, problem: RegExp) =>
    expect(toConfig({ ...filled, lateRounds: "2", ...change }, 1)).toEqual({
      ok: false,
      problem: expect.stringMatching(problem),
    });
  refused({ method: "scaffold/standard" }, /^SCAFFOLD sends more than what a client changed/);
  refused({ ...privacyChange(filled, "secure"), minClients: 3 }, /^A secure sum is over once it is made/);
  refused({ lateRounds: "0" }, /must be at least 1/);
  refused({ lateRounds: "21" }, /must be at most 20/);
});
