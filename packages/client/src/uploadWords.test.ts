/** The ledger's words for what is shared, against what every method's plans put on the wire: read off the tensors, not off the plan. */
import { adapterLayout, PROTOTYPES_KEY } from "@duet/lora-core/adapters/adapterLayout";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { encoderBase } from "@duet/lora-core/protocol/testing/baseModels";
import { roundNumbers } from "@duet/lora-core/schedule/roundNumbers";
import { EXCHANGE_STEPS } from "@duet/lora-core/secureAggregation/exchangeStep";
import { uploadLayout } from "@duet/lora-core/strategies/exchange";
import { methodOf, strategies } from "@duet/lora-core/strategies/registry";
import type { Upload } from "@duet/lora-core/strategies/strategy";
import { expect, test } from "vitest";
import { sentLine } from "./sentSentences.ts";
import { markedUpload, readMarks } from "./testing/markedUpload.ts";
import * as told from "./uploadWords.ts";

const uploadWords = (...of: Parameters<typeof told.uploadWords>) => sentLine(told.uploadWords(...of));
const answerWords = (...of: Parameters<typeof told.answerWords>) => sentLine(told.answerWords(...of));

/** What somebody says who sees the tensors alone. */
function wordsOfWire(upload: Upload, round: number): string {
  const { slot, form, part, extra } = readMarks(markedUpload(upload));
  return [
    form === "difference" ? `what round ${round} changed of the ${slot} adapter` : `the ${slot} adapter after round ${round}`,
    ...(part === "all" ? [] : [`its part "${part}"`]),
    ...(extra ? ["with this client's control variate"] : []),
    "made from 60 training rows",
  ].join(", ");
}

const cases = strategies.flatMap(({ id, presets }) => Object.keys(presets).map((preset) => [id, preset] as const));
const configOf = (method: string, preset: string, changes: Partial<FederationConfig> = {}): FederationConfig => ({
  ...defaultFederation({
    ...{ name: "x", model: encoderBase, task: { kind: "label", labels: ["a", "b"] } },
    ...{ method, preset, labelVectors: null },
  }),
  ...changes,
});
const uploadsOf = ({ strategy, budgets }: FederationConfig) => {
  const method = methodOf(strategy);
  return roundNumbers(method.firstRound, budgets.rounds).map((round) => ({
    round,
    upload: method.plan(budgets, { round, isNewcomer: false }).upload,
  }));
};

test.each(cases)("%s, %s: the words of every round are what travels", (method, preset) => {
  const config = configOf(method, preset);
  for (const { round, upload } of uploadsOf(config)) {
    const expected = upload ? wordsOfWire(upload, round) : `nothing: round ${round} shares no adapter`;
    expect(uploadWords(config, round, 60)).toBe(expected);
    expect(uploadWords(config, round, null)).toBe(expected.replace("60 training rows", "your training rows"));
  }
});

test.each(cases)("%s, %s: of a sum, the masked update alone is made from rows, and in the same words", (method, preset) => {
  const noisy = { epsilon: 20, delta: 0.01, clip: 1 };
  const [config, clients] = [configOf(method, preset), configOf(method, preset, { clientPrivacy: noisy })];
  for (const { round, upload } of uploadsOf(config)) {
    for (const step of EXCHANGE_STEPS) {
      const words = answerWords(config, "round", { round, attempt: 1, step }, 60);
      expect(words).toContain(`round ${round}`);
      expect(words.includes("made from 60 training rows")).toBe(step === "input" && upload !== null);
      if (step !== "input") expect(words.includes("masked")).toBe(false);
      else if (upload) {
        expect(words).toBe(`${wordsOfWire(upload, round)}, with losses and accuracies for their means, masked`);
        expect(answerWords(clients, "round", { round, attempt: 1, step }, 60)).toContain(
          "with a share of the noise that hides single clients",
        );
      } else expect(words).toMatch(/^counts, losses and accuracies .*masked; nothing of an adapter$/);
    }
  }
});

test("of the sum of what rows are like, how many there are of each kind is named, under masks", () => {
  const config = configOf("fedavg", "standard");
  for (const step of EXCHANGE_STEPS) {
    const words = answerWords(config, "statistics", { round: 1, attempt: 1, step }, 60);
    expect(words).not.toContain("adapter");
    if (step === "input")
      expect(words).toMatch(/^how many of your 60 training rows have each label .*masked; nothing of their text$/);
    else expect(words).toContain("nothing of your rows");
  }
});

test.each(cases)("%s, %s: vectors of labels are named where an upload carries them", (method, preset) => {
  const { adapter } = defaultFederation({
    ...{ name: "x", model: encoderBase, task: { kind: "label", labels: ["a", "b"] } },
    ...{ method: "fedavg", labelVectors: "shared" },
  });
  const config = { ...configOf(method, preset), adapter };
  const layout = adapterLayout(parseArchitecture(encoderBase.config).linears, adapter);
  for (const { round, upload } of uploadsOf(config)) {
    const carries = upload !== null && uploadLayout(layout, upload).some(({ key }) => key === PROTOTYPES_KEY);
    expect(uploadWords(config, round, 60).includes("with the vectors of the labels")).toBe(carries);
    const own = {
      ...config,
      adapter: { ...adapter, prototypes: adapter.prototypes && { ...adapter.prototypes, travel: "personal" } },
    };
    expect(uploadWords(own as typeof config, round, 60)).not.toContain("vectors of the labels");
  }
});

test("where products are averaged the whole adapter leaves, and is named, not what was changed of it", () => {
  const words = uploadWords(configOf("fedavg", "standard", { ranks: "svd" }), 3, 60);
  expect(words).toBe("the shared adapter after round 3, made from 60 training rows");
});

test("noise that hides single rows is named wherever rows are used", () => {
  const { training } = configOf("fedavg", "standard");
  const config = configOf("fedavg", "standard", { training: { ...training, privacy: { epsilon: 8, clip: 1 } } });
  expect(uploadWords(config, 1, 60)).toMatch(/made from 60 training rows, with noise that hides single rows$/);
  expect(answerWords(config, "round", { round: 1, attempt: 1, step: "input" }, 60)).toContain(
    "with noise that hides single rows",
  );
});

test("among all methods there are a personal adapter, a control variate, A alone and B alone to be told", () => {
  const all = cases.flatMap(([method, preset]) => {
    const config = configOf(method, preset);
    return uploadsOf(config).map(({ round }) => uploadWords(config, round, 60));
  });
  for (const words of [
    "the personal adapter after round 0",
    "control variate",
    'its part "a"',
    'its part "b"',
    'its part "body"',
  ])
    expect(all.some((each) => each.includes(words))).toBe(true);
});
